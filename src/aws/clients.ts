/** The SDK's clients, imported at the first call of their service. Aws layer. */

import { refuseForeignAnswers } from './answer-type.ts'
import type { CredentialProvider } from './credentials.ts'
import type { AwsService } from './operation.ts'

/** What every client is made with. */
export interface ClientOptions {
  readonly region: string
  /** Address for all services instead of AWS's own. */
  readonly endpoint?: string
  readonly profile?: string
  readonly credentials?: CredentialProvider
}

/** A client as the port uses it: methods by name. */
export type ServiceClient = Readonly<
  Record<
    string,
    (input: unknown, options: { readonly abortSignal: AbortSignal }) => Promise<unknown>
  >
>

/** A connection that is not there after this long is given up. */
const connectionTimeoutMs = 5000

type Constructor = new (options: object) => object

/** One module a service: only what a command calls is loaded (client-ec2 alone takes 0.3 s). */
const constructors: Readonly<Record<AwsService, () => Promise<Constructor>>> = {
  autoScaling: async () => (await import('@aws-sdk/client-auto-scaling')).AutoScaling,
  ec2: async () => (await import('@aws-sdk/client-ec2')).EC2,
  eks: async () => (await import('@aws-sdk/client-eks')).EKS,
  iam: async () => (await import('@aws-sdk/client-iam')).IAM,
  ssm: async () => (await import('@aws-sdk/client-ssm')).SSM,
  sts: async () => (await import('@aws-sdk/client-sts')).STS,
}

/** Makes each client once. Retries are the port's: the SDK's own would sleep on the real clock. */
export class Clients {
  private readonly options: ClientOptions
  private readonly made = new Map<AwsService, Promise<ServiceClient>>()
  /** Replaced ones; calls may still be under way on them. */
  private readonly retired: Promise<ServiceClient>[] = []

  constructor(options: ClientOptions) {
    this.options = options
  }

  /** Rejects only when the module itself cannot be loaded. */
  of(service: AwsService): Promise<ServiceClient> {
    const present = this.made.get(service)
    if (present !== undefined) return present
    const client = constructors[service]().then((Client) => {
      const requestHandler = { connectionTimeout: connectionTimeoutMs }
      const made = new Client({ ...this.options, maxAttempts: 1, requestHandler })
      refuseForeignAnswers(made)
      return made as ServiceClient
    })
    this.made.set(service, client)
    return client
  }

  /** Later calls go through new clients, which ask the source of the credentials again. */
  renew(): void {
    this.retired.push(...this.made.values())
    this.made.clear()
  }

  /** Closes idle connections, so that a process can end. */
  async close(): Promise<void> {
    for (const client of [...this.made.values(), ...this.retired]) {
      const { destroy } = (await client) as unknown as { destroy?: () => void }
      destroy?.call(await client)
    }
  }
}
