/** Bottlerocket user data: TOML settings. Nodes layer, pure. */

import type { Taint } from '../world/kube-objects.ts'
import { isReleaseBefore } from './ami-release.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { type Bootstrap, type ClusterFacts, parseTaint, type RenderOptions } from './bootstrap.ts'
import { completeFacts, listed, withoutEmptyValue } from './bootstrap-members.ts'
import {
  bindWithoutDirsSince,
  bottlerocketSchema,
  settingByField,
  settingsOfEks,
} from './bottlerocket-schema.ts'
import { clusterDnsIp } from './cluster-dns.ts'
import { type FieldFault, fieldFaults, isRecord } from './field-schema.ts'
import { parseMime } from './mime.ts'
import type { ParsedUserData } from './parsed-user-data.ts'
import { eksTomlFaults, parseToml, renderToml } from './toml.ts'

type Json = Readonly<Record<string, unknown>>

/** The range is no setting: the DNS address is, which must never be guessed. */
const rangeComment = '# Service range of the cluster: '
/** Names of the entries that stand for members of the model. */
const storageCommand = '000-mount-instance-storage'
const caName = 'node-ca-bundle'
const storageDirs = ['/var/lib/containerd', '/var/lib/kubelet', '/var/log/pods']

/** Settings, plain text; empty when there is nothing to say. No labels and taints in the merged mode. */
export function renderBottlerocket(bootstrap: Bootstrap, options: RenderOptions = {}): string {
  const { cluster } = bootstrap
  const kubernetes = { ...recordOf(bootstrap.settings?.kubernetes), ...kubernetesOf(bootstrap) }
  const others = mergedSettings(bootstrap.settings ?? {}, otherSettings(bootstrap, options))
  const { kubernetes: _, ...rest } = others
  // The kubernetes table first: it is what people look for.
  const head = renderToml(Object.keys(kubernetes).length === 0 ? {} : { settings: { kubernetes } })
  const tail = renderToml(Object.keys(rest).length === 0 ? {} : { settings: rest })
  const hasRange = cluster !== undefined && cluster.serviceCidr !== ''
  const comment = hasRange ? `${rangeComment}${cluster.serviceCidr}\n` : ''
  const gap = head === '' || tail === '' ? '' : '\n'
  return `${comment}${head}${gap}${tail}`
}

function kubernetesOf(bootstrap: Bootstrap): Json {
  const { cluster, kubelet, labels, taints } = bootstrap
  const fields = Object.entries(kubelet).flatMap(([field, value]): readonly [string, unknown][] => {
    const setting = Object.hasOwn(settingByField, field) ? settingByField[field] : undefined
    return setting === undefined ? [] : [[setting, value]]
  })
  return {
    ...(cluster === undefined
      ? {}
      : {
          'cluster-name': cluster.name,
          'api-server': cluster.endpoint,
          'cluster-certificate': cluster.certificateAuthority,
          // Without a range Bottlerocket asks EKS itself.
          ...(cluster.serviceCidr === ''
            ? {}
            : { 'cluster-dns-ip': clusterDnsIp(cluster.serviceCidr) }),
          ...(Object.keys(labels).length === 0 ? {} : { 'node-labels': labels }),
          ...(taints.length === 0 ? {} : { 'node-taints': taintsByKey(taints) }),
        }),
    ...Object.fromEntries(fields),
  }
}

/** A key may have several effects: all are kept. */
function taintsByKey(taints: readonly Taint[]): Json {
  const byKey = new Map<string, string[]>()
  for (const { effect, key, value = '' } of taints) {
    byKey.set(key, [...(byKey.get(key) ?? []), `${value}:${effect}`])
  }
  return Object.fromEntries(byKey)
}

function otherSettings(bootstrap: Bootstrap, { release }: RenderOptions): Json {
  const { caBundle, localStorage, proxy, registryMirrors = [] } = bootstrap
  const network = {
    ...(proxy?.https === undefined ? {} : { 'https-proxy': proxy.https }),
    ...(proxy?.noProxy === undefined ? {} : { 'no-proxy': proxy.noProxy }),
  }
  const needsDirs = release === undefined || isReleaseBefore(release, bindWithoutDirsSince)
  const bind = ['apiclient', 'ephemeral-storage', 'bind']
  const storage = {
    commands: [
      ['apiclient', 'ephemeral-storage', 'init'],
      needsDirs ? [...bind, '--dirs', ...storageDirs] : bind,
    ],
    essential: true,
    mode: 'always',
  }
  return {
    ...(localStorage === undefined ? {} : { 'bootstrap-commands': { [storageCommand]: storage } }),
    ...(registryMirrors.length === 0
      ? {}
      : {
          'container-registry': {
            mirrors: registryMirrors.map(({ endpoints, registry }) => ({
              registry,
              endpoint: endpoints,
            })),
          },
        }),
    ...(Object.keys(network).length === 0 ? {} : { network }),
    ...(caBundle === undefined
      ? {}
      : { pki: { [caName]: { data: toBase64(caBundle), trusted: true } } }),
  }
}

/** Later ones win, maps two levels deep, as settings are nested. */
function mergedSettings(below: Json, above: Json): Json {
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])]
  return Object.fromEntries(
    keys.map((key) => {
      const [one, other] = [below[key], above[key]]
      if (isRecord(one) && isRecord(other)) return [key, { ...one, ...other }]
      return [key, other ?? one]
    }),
  )
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {}
}

/** The reverse of {@link renderBottlerocket}; undefined when it is not TOML. */
export function parseBottlerocket(text: string): Bootstrap | undefined {
  const parsed = parseToml(text)
  if ('fault' in parsed) return undefined
  const { kubernetes, ...rest } = recordOf(parsed.document.settings)
  const range = new RegExp(`^${rangeComment}(\\S+)$`, 'm').exec(text)?.[1]
  const told = kubernetesMembers(recordOf(kubernetes), range)
  const others = otherMembers(rest)
  const { extra, ...members } = told
  const settings = {
    ...others.rest,
    ...(Object.keys(extra).length === 0 ? {} : { kubernetes: extra }),
  }
  return {
    ...members,
    ...others.members,
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
  }
}

const fieldBySetting = new Map(
  Object.entries(settingByField).map(([field, setting]) => [setting, field]),
)

function kubernetesMembers(kubernetes: Json, range: string | undefined) {
  const {
    'api-server': endpoint,
    'cluster-certificate': certificateAuthority,
    'cluster-name': name,
    'node-labels': labels,
    'node-taints': taints,
    ...others
  } = kubernetes
  const kubelet: Record<string, unknown> = {}
  const extra: Record<string, unknown> = {}
  for (const [setting, value] of Object.entries(others)) {
    const field = fieldBySetting.get(setting)
    if (setting === 'cluster-dns-ip' && !Array.isArray(value)) {
      // One address is the cluster's own; without a range it stays what it is.
      if (range === undefined || value !== clusterDnsIp(range)) kubelet.clusterDNS = [value]
    } else if (field === undefined) extra[setting] = value
    else kubelet[field] = value
  }
  const facts = { name, endpoint, certificateAuthority, serviceCidr: range }
  const known = Object.entries(facts).filter(([, value]) => typeof value === 'string')
  return {
    cluster:
      known.length === 0
        ? undefined
        : completeFacts(Object.fromEntries(known) as Partial<ClusterFacts>),
    labels: recordOf(labels) as Bootstrap['labels'],
    taints: taintsOf(recordOf(taints)),
    kubelet,
    extra,
  }
}

function taintsOf(byKey: Json): readonly Taint[] {
  return Object.entries(byKey).flatMap(([key, values]) =>
    (Array.isArray(values) ? values : [values]).flatMap((value) => {
      const taint = parseTaint(`${key}=${String(value)}`)
      return taint === undefined ? [] : [withoutEmptyValue(taint)]
    }),
  )
}

function otherMembers(settings: Json): {
  readonly members: Partial<Bootstrap>
  readonly rest: Json
} {
  const {
    'bootstrap-commands': commands,
    'container-registry': registry,
    network,
    pki,
    ...others
  } = settings
  const { [storageCommand]: storage, ...moreCommands } = recordOf(commands)
  const { mirrors, ...moreRegistry } = recordOf(registry)
  const { 'https-proxy': https, 'no-proxy': noProxy, ...moreNetwork } = recordOf(network)
  const { [caName]: bundle, ...morePki } = recordOf(pki)
  const caBundle = fromBase64(String(recordOf(bundle).data ?? ''))
  const proxy = {
    ...(https === undefined ? {} : { https: String(https) }),
    ...(Array.isArray(noProxy) ? { noProxy: noProxy.map(String) } : {}),
  }
  const members = {
    ...(storage === undefined ? {} : { localStorage: 'RAID0' as const }),
    ...listed('registryMirrors', mirrorsOf(mirrors)),
    ...(Object.keys(proxy).length === 0 ? {} : { proxy }),
    ...(bundle === undefined || caBundle === undefined ? {} : { caBundle }),
  }
  const tables = {
    'bootstrap-commands': moreCommands,
    'container-registry': moreRegistry,
    network: moreNetwork,
    pki: morePki,
  }
  const left = Object.entries(tables).filter(([, table]) => Object.keys(table).length > 0)
  return { members, rest: { ...others, ...Object.fromEntries(left) } }
}

/** Both forms: a list of tables, and registry to endpoints. */
function mirrorsOf(mirrors: unknown): NonNullable<Bootstrap['registryMirrors']> {
  if (isRecord(mirrors)) {
    return Object.entries(mirrors).map(([registry, endpoints]) => ({
      registry,
      endpoints: textsOf(endpoints),
    }))
  }
  return (Array.isArray(mirrors) ? mirrors : []).map((one) => ({
    registry: String(recordOf(one).registry ?? ''),
    endpoints: textsOf(recordOf(one).endpoint),
  }))
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/**
 * Why Bottlerocket's first boot would fail; empty for good settings and for an empty text. With
 * `isMerged` also what EKS cannot merge, and what it writes itself.
 */
export function bottlerocketFaults(
  text: string,
  { isMerged = false }: { readonly isMerged?: boolean } = {},
): readonly FieldFault[] {
  if (text.startsWith('#!') || parseMime(text) !== undefined) {
    return [wrongText('Bottlerocket reads TOML settings; scripts and MIME are for other families')]
  }
  const parsed = parseToml(text)
  if ('fault' in parsed) {
    const { line, message } = parsed.fault
    return [wrongText(`line ${line} is not TOML: ${message}`)]
  }
  const { document } = parsed
  const faults = fieldFaults(bottlerocketSchema, document, '')
  if (!isMerged) return faults
  const toml = eksTomlFaults(text).map(({ line, message }) =>
    wrongText(line === 0 ? message : `line ${line}: ${message}`),
  )
  const owned = Object.keys(recordOf(recordOf(document.settings).kubernetes))
    .filter((key) => settingsOfEks.includes(key))
    .map((key): FieldFault => {
      const path = `settings.kubernetes.${key}`
      const message = `EKS writes ${path} itself unless the AMI is named`
      return { kind: 'wrong-value', path, message }
    })
  return [...faults, ...toml, ...owned]
}

function wrongText(message: string): FieldFault {
  return { kind: 'wrong-value', path: '', message }
}

/** What TOML settings say; undefined for other texts. */
export function parseSettings(text: string): ParsedUserData | undefined {
  if (!/^\s*\[?\s*settings\b/m.test(text)) return undefined
  const told = parseBottlerocket(text)
  if (told === undefined) return undefined
  const { cluster, kubelet, labels, taints } = told
  const facts = Object.entries(cluster ?? {}).filter(([, value]) => value !== '')
  return { kind: 'bottlerocket', cluster: Object.fromEntries(facts), labels, taints, kubelet }
}
