/** The credentials of a kubeconfig's user. Kube layer. */

import { type Credential, type Credentials, fixedCredentials } from '../credentials/credentials.ts'
import {
  type ExecApiVersion,
  type ExecPlugin,
  type ExecSurroundings,
  execCredentials,
} from '../credentials/exec-plugin.ts'
import { tokenFileCredentials } from '../credentials/token-file.ts'
import { Secret } from '../secret.ts'
import type { ClientCertificate, KubeEndpoint } from '../transport/endpoint.ts'
import { type Placed, pathIn } from './load.ts'
import { pemOf } from './pem.ts'
import { type ConfigPlace, configProblem } from './problem.ts'
import type { ClusterEntry, ExecEntry, UserEntry } from './schema.ts'

const execVersions: ReadonlySet<string> = new Set<ExecApiVersion>([
  'client.authentication.k8s.io/v1',
  'client.authentication.k8s.io/v1beta1',
])

/** What a plugin may want to know besides the user. */
export interface UserContext {
  readonly cluster: Placed<ClusterEntry>
  readonly endpoint: KubeEndpoint
  readonly context: string
  readonly surroundings: ExecSurroundings
}

/**
 * As in client-go: a token file wins over a token, either of them over a plugin; a certificate goes with any
 * of them. @throws RegroupError for combinations that no server could understand.
 */
export async function credentialsOf(
  user: Placed<UserEntry>,
  context: UserContext,
): Promise<Credentials> {
  const { entry, file } = user
  const place = { file, context: context.context }
  const provider = entry['auth-provider']
  if (provider !== undefined) {
    const cause = `the user has auth-provider ${provider.name ?? ''}, which Kubernetes 1.26 removed`
    throw configProblem(place, cause, 'use an exec plugin instead')
  }
  const certificate = await certificateOf(entry, place)
  const basic = basicOf(entry, place)
  const hasToken = isSet(entry.token) || isSet(entry.tokenFile)
  if (hasToken && basic !== undefined) {
    throw configProblem(place, 'the user has a token and a password', 'remove one of them')
  }
  if (isSet(entry.tokenFile)) {
    const path = pathIn(file, entry.tokenFile ?? '')
    return withCertificate(tokenFileCredentials(context.surroundings.clock, path), certificate)
  }
  const authorization = isSet(entry.token) ? new Secret(`Bearer ${entry.token}`) : basic
  if (authorization !== undefined || entry.exec === undefined) {
    return fixedCredentials({
      ...(authorization === undefined ? {} : { authorization }),
      ...(certificate === undefined ? {} : { certificate }),
    })
  }
  const plugin = pluginOf(entry.exec, user, context)
  return withCertificate(execCredentials(plugin, context.surroundings), certificate)
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== ''
}

async function certificateOf(
  entry: UserEntry,
  place: ConfigPlace,
): Promise<ClientCertificate | undefined> {
  const certificatePem = await pemOf(
    { data: entry['client-certificate-data'], path: entry['client-certificate'] },
    { member: 'client-certificate', place },
  )
  const keyPem = await pemOf(
    { data: entry['client-key-data'], path: entry['client-key'] },
    { member: 'client-key', place },
  )
  if (certificatePem === undefined && keyPem === undefined) return undefined
  if (certificatePem === undefined || keyPem === undefined) {
    const missing = keyPem === undefined ? 'client-key' : 'client-certificate'
    throw configProblem(place, `the user has no ${missing}`, `add ${missing} or ${missing}-data`)
  }
  return { certificatePem: new Secret(certificatePem), keyPem: new Secret(keyPem) }
}

function basicOf({ password, username }: UserEntry, place: ConfigPlace): Secret | undefined {
  if (!isSet(username) && !isSet(password)) return undefined
  if (isSet(username) && isSet(password)) {
    const pair = Buffer.from(`${username}:${password}`).toString('base64')
    return new Secret(`Basic ${pair}`)
  }
  throw configProblem(place, 'the user has only one of username and password', 'add the other')
}

/** Certificate and token come from different places; both go with every call. */
function withCertificate(
  credentials: Credentials,
  certificate: ClientCertificate | undefined,
): Credentials {
  if (certificate === undefined) return credentials
  const inner = new WeakMap<Credential, Credential>()
  const outer = new WeakMap<Credential, Credential>()
  return {
    async current() {
      const found = await credentials.current()
      const known = outer.get(found)
      if (known !== undefined) return known
      const both = { certificate, ...found }
      inner.set(both, found)
      outer.set(found, both)
      return both
    },
    renew: (used) => credentials.renew(inner.get(used) ?? used),
  }
}

function pluginOf(exec: ExecEntry, user: Placed<UserEntry>, context: UserContext): ExecPlugin {
  const place = { file: user.file, context: context.context }
  const { apiVersion, interactiveMode } = exec
  if (!execVersions.has(apiVersion)) {
    const cause = `the exec plugin speaks ${apiVersion}`
    throw configProblem(place, cause, `use ${[...execVersions].join(' or ')}`)
  }
  if (interactiveMode === undefined && apiVersion.endsWith('/v1')) {
    const cause = 'interactiveMode must be set for client.authentication.k8s.io/v1'
    throw configProblem(place, cause, 'set it to Never, IfAvailable or Always')
  }
  return {
    apiVersion: apiVersion as ExecApiVersion,
    command: exec.command,
    args: exec.args,
    env: Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
    interactiveMode: interactiveMode ?? 'IfAvailable',
    folder: pathIn(user.file, '..'),
    ...(exec.installHint === undefined ? {} : { installHint: exec.installHint }),
    ...(exec.provideClusterInfo === true ? { cluster: clusterInfo(context) } : {}),
  }
}

/** The cluster as a plugin hears of it; `config` is the extension that is meant for plugins. */
function clusterInfo({ cluster, endpoint }: UserContext): Readonly<Record<string, unknown>> {
  const { entry } = cluster
  const extension = entry.extensions.find((one) => one.name === 'client.authentication.k8s.io/exec')
  const { caPem, isTlsVerified, tlsServerName } = endpoint
  return {
    server: entry.server,
    ...(tlsServerName === undefined ? {} : { 'tls-server-name': tlsServerName }),
    ...(isTlsVerified ? {} : { 'insecure-skip-tls-verify': true }),
    ...(caPem === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(caPem).toString('base64') }),
    ...(isSet(entry['proxy-url']) ? { 'proxy-url': entry['proxy-url'] } : {}),
    ...(extension === undefined ? {} : { config: extension.extension }),
  }
}
