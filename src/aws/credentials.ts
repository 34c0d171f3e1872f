/** Who the calls are made as: the SDK's default chain, a profile, a role on top of them. Aws layer. */

/** Choices of the user; all absent = the SDK's default chain as it is. */
export interface IdentityOptions {
  /** Profile of the shared configuration files. */
  readonly profile?: string
  /** Role to assume with the credentials found so far. */
  readonly roleArn?: string
  readonly externalId?: string
  /** Shown in CloudTrail; default `regroup`. */
  readonly sessionName?: string
}

/** Keys and until when they are good; the SDK asks again before `expiration`. */
export type CredentialProvider = () => Promise<{
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}>

/** What the STS client is made with. */
export interface StsEndpoint {
  readonly region: string
  readonly endpoint?: string
}

/** Text that is equal for equal identities, without secrets: keys the rate budgets and messages. */
export function identityText({ profile, roleArn }: IdentityOptions): string {
  return roleArn ?? (profile === undefined ? 'default credentials' : `profile ${profile}`)
}

/**
 * Credentials of the role, renewed by the SDK before they run out (it reads `expiration`); undefined when
 * no role is asked for: the clients then use the default chain and `profile` themselves.
 */
export function roleCredentials(
  identity: IdentityOptions,
  sts: StsEndpoint,
): CredentialProvider | undefined {
  const { externalId, profile, roleArn, sessionName = 'regroup' } = identity
  if (roleArn === undefined) return undefined
  return async () => {
    const { STS } = await import('@aws-sdk/client-sts')
    const client = new STS({
      ...sts,
      maxAttempts: 3,
      ...(profile === undefined ? {} : { profile }),
    })
    const { Credentials: got } = await client.assumeRole({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    })
    return {
      accessKeyId: got?.AccessKeyId ?? '',
      secretAccessKey: got?.SecretAccessKey ?? '',
      ...(got?.SessionToken === undefined ? {} : { sessionToken: got.SessionToken }),
      ...(got?.Expiration === undefined ? {} : { expiration: got.Expiration }),
    }
  }
}
