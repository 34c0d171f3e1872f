/** A context of a kubeconfig as something to connect to. Kube layer. */

import type { Credentials } from '../credentials/credentials.ts'
import type { ExecSurroundings } from '../credentials/exec-plugin.ts'
import { Secret } from '../secret.ts'
import type { Impersonation, KubeEndpoint } from '../transport/endpoint.ts'
import type { Kubeconfig, Placed } from './load.ts'
import { pemOf } from './pem.ts'
import { type ConfigPlace, configProblem } from './problem.ts'
import { proxyFromEnvironment } from './proxy-choice.ts'
import type { ClusterEntry, UserEntry } from './schema.ts'
import { credentialsOf } from './user.ts'

/** Everything that connecting needs. */
export interface KubeConnection {
  readonly endpoint: KubeEndpoint
  readonly credentials: Credentials
  readonly impersonation?: Impersonation
  /** Default namespace of the context; undefined = none is set. */
  readonly namespace?: string
}

/**
 * Resolves a context (undefined = the current one). Files are read here, plugins run at the first call.
 * @throws RegroupError that names file, context, cause and remedy.
 */
export async function connectionOf(
  config: Kubeconfig,
  surroundings: ExecSurroundings,
  contextName?: string,
): Promise<KubeConnection> {
  const name = contextName ?? config.currentContext
  const files = config.files.join(', ')
  const filesPlace: ConfigPlace = files === '' ? {} : { file: files }
  if (name === undefined) {
    throw configProblem(filesPlace, 'no context is chosen', 'name a context or set current-context')
  }
  const context = config.contexts.get(name)
  if (context === undefined) {
    const known = [...config.contexts.keys()].sort().join(', ')
    const place = { ...filesPlace, context: name }
    if (known !== '')
      throw configProblem(place, 'there is no such context', `name one of: ${known}`)
    const cause = files === '' ? 'there is no kubeconfig' : 'it has no context at all'
    throw configProblem(place, cause, 'name a file with --kubeconfig or KUBECONFIG')
  }
  const place = { file: context.file, context: name }
  const { cluster: clusterName, namespace, user: userName } = context.entry
  const cluster = config.clusters.get(clusterName ?? '')
  if (cluster === undefined) {
    const cause = `it refers to cluster ${clusterName ?? '(none)'}, which is not there`
    throw configProblem(place, cause, 'add the cluster, or correct the context')
  }
  const user =
    userName === undefined || userName === '' ? noUser(context.file) : config.users.get(userName)
  if (user === undefined) {
    const cause = `it refers to user ${userName}, which is not there`
    throw configProblem(place, cause, 'add the user, or correct the context')
  }
  const endpoint = await endpointOf(cluster, { name, place, surroundings })
  const credentials = await credentialsOf(user, { cluster, endpoint, context: name, surroundings })
  const impersonation = impersonationOf(user, name)
  return {
    endpoint,
    credentials,
    ...(impersonation === undefined ? {} : { impersonation }),
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
  }
}

function noUser(file: string): Placed<UserEntry> {
  return { file, entry: { 'as-groups': [] } as unknown as UserEntry }
}

async function endpointOf(
  { entry, file }: Placed<ClusterEntry>,
  context: {
    readonly name: string
    readonly place: ConfigPlace
    readonly surroundings: ExecSurroundings
  },
): Promise<KubeEndpoint> {
  const place = { file, context: context.name }
  const server = serverOf(entry.server, place)
  const caPem = await pemOf(
    { data: entry['certificate-authority-data'], path: entry['certificate-authority'] },
    { member: 'certificate-authority', place },
  )
  const isTlsVerified = entry['insecure-skip-tls-verify'] !== true
  if (!isTlsVerified && caPem !== undefined) {
    const cause = 'the cluster has a certificate-authority and insecure-skip-tls-verify'
    throw configProblem(place, cause, 'remove one of them')
  }
  const proxy = entry['proxy-url'] || proxyFromEnvironment(server, context.surroundings.env)
  const tlsServerName = entry['tls-server-name']
  return {
    name: context.name,
    server,
    isTlsVerified,
    ...(caPem === undefined ? {} : { caPem }),
    ...(tlsServerName === undefined || tlsServerName === '' ? {} : { tlsServerName }),
    ...(proxy === undefined ? {} : { proxyUrl: checkedProxy(proxy, place) }),
  }
}

function serverOf(text: string | undefined, place: ConfigPlace): URL {
  const url = parsedUrl(text ?? '')
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url
  const cause = text === undefined ? 'the cluster has no server' : 'the server is no http(s) URL'
  throw configProblem(place, cause, 'set server to https://host[:port]')
}

function parsedUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function checkedProxy(text: string, place: ConfigPlace): Secret {
  const url = parsedUrl(text)
  if (url !== undefined && /^(?:https?|socks5h?):$/.test(url.protocol)) return new Secret(text)
  const cause = 'the proxy is no http, https or socks5 URL'
  throw configProblem(place, cause, 'correct proxy-url, or the proxy variables of the environment')
}

function impersonationOf(
  { entry, file }: Placed<UserEntry>,
  context: string,
): Impersonation | undefined {
  const { as: user, 'as-groups': groups, 'as-uid': uid, 'as-user-extra': extra } = entry
  if (user !== undefined && user !== '') {
    return { user, groups, extra: extra ?? {}, ...(uid === undefined ? {} : { uid }) }
  }
  if (groups.length === 0 && uid === undefined && extra === undefined) return undefined
  const cause = 'as-groups, as-uid and as-user-extra need a user in "as"'
  throw configProblem({ file, context }, cause, 'set "as", or remove them')
}
