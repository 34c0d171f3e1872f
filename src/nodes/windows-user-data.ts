/** Windows user data: one PowerShell block. Nodes layer, pure. */

import { fromBase64, toBase64 } from './base64.ts'
import type { Bootstrap, BootstrapFile, ClusterFacts } from './bootstrap.ts'
import { completeFacts, listed, withoutEmptyValue } from './bootstrap-members.ts'
import { clusterDnsIp } from './cluster-dns.ts'
import { kubeletFlags, parseKubeletFlags } from './kubelet-flags.ts'
import type { ParsedUserData } from './parsed-user-data.ts'

/** Comment lines that begin a section; a command that has one as a line is a fault. */
const sections = {
  file: '# Regroup file',
  before: '# Regroup command before the bootstrap',
  bootstrap: '# Regroup bootstrap',
  after: '# Regroup command after the bootstrap',
} as const

const script = '"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"'

/** EKS's bootstrap is called with a custom AMI only; empty when there is nothing to say. */
export function renderWindows(bootstrap: Bootstrap): string {
  const { cluster } = bootstrap
  const lines = [
    ...(bootstrap.files ?? []).flatMap((file) => [sections.file, fileLine(file)]),
    ...(bootstrap.preBootstrapCommands ?? []).flatMap((one) => [sections.before, one]),
    ...(cluster === undefined ? [] : [sections.bootstrap, callLine({ ...bootstrap, cluster })]),
    ...(bootstrap.postBootstrapCommands ?? []).flatMap((one) => [sections.after, one]),
  ]
  return lines.length === 0 ? '' : `<powershell>\n${lines.join('\n')}\n</powershell>\n`
}

/** Single quotes of PowerShell; one inside is doubled. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function fileLine({ content, path }: BootstrapFile): string {
  const bytes = `[Convert]::FromBase64String(${quoted(toBase64(content))})`
  return `[IO.File]::WriteAllBytes(${quoted(path)}, ${bytes})`
}

/** A custom service range must be told, or pods have no DNS. */
function callLine(bootstrap: Bootstrap & { readonly cluster: ClusterFacts }): string {
  const { certificateAuthority, endpoint, name, serviceCidr } = bootstrap.cluster
  const flags = kubeletFlags(bootstrap).join(' ')
  const options: readonly (readonly [string, string])[] = [
    ['-EKSClusterName', name],
    ['-APIServerEndpoint', endpoint],
    ['-Base64ClusterCA', certificateAuthority],
    ['-DNSClusterIP', clusterDnsIp(serviceCidr)],
    ['-ServiceCIDR', serviceCidr],
    ...(flags === '' ? [] : [['-KubeletExtraArgs', flags] as const]),
  ]
  return `& ${script} ${options.map(([option, value]) => `${option} ${quoted(value)}`).join(' ')}`
}

/** The reverse of {@link renderWindows}; undefined without a PowerShell block. Foreign lines are commands. */
export function parseWindows(text: string): Bootstrap | undefined {
  const block = /<powershell>\n?([\s\S]*?)\n?<\/powershell>/.exec(text)?.[1]
  if (block === undefined) return undefined
  const files: BootstrapFile[] = []
  const before: string[] = []
  const after: string[] = []
  let call: Partial<Bootstrap> | undefined
  for (const { body, section } of sectionsOf(block)) {
    const file = section === sections.file ? fileOf(body) : undefined
    if (file !== undefined) files.push(file)
    else if (section === sections.after) after.push(body)
    else if (section !== sections.before && call === undefined && callAt(body) !== undefined) {
      call = parseWindowsCall(body)
    } else if (body.trim() !== '') before.push(body)
  }
  return {
    cluster: undefined,
    labels: {},
    taints: [],
    kubelet: {},
    ...call,
    ...listed('files', files),
    ...listed('preBootstrapCommands', before),
    ...listed('postBootstrapCommands', after),
  }
}

function sectionsOf(block: string): readonly { readonly section: string; readonly body: string }[] {
  const marks: readonly string[] = Object.values(sections)
  const found: { section: string; lines: string[] }[] = [{ section: '', lines: [] }]
  for (const line of block.split('\n')) {
    if (marks.includes(line)) found.push({ section: line, lines: [] })
    else found.at(-1)?.lines.push(line)
  }
  return found.map(({ lines, section }) => ({ section, body: lines.join('\n') }))
}

/** True when a text has a line that begins a section. */
export function hasSectionMark(command: string): boolean {
  const marks: readonly string[] = Object.values(sections)
  return command.split('\n').some((line) => marks.includes(line))
}

function fileOf(line: string): BootstrapFile | undefined {
  const form =
    /^\[IO\.File\]::WriteAllBytes\('((?:[^']|'')*)', \[Convert\]::FromBase64String\('([^']*)'\)\)$/
  const [, path, content] = form.exec(line) ?? []
  const text = content === undefined ? undefined : fromBase64(content)
  if (path === undefined || text === undefined) return undefined
  return { path: path.replaceAll("''", "'"), content: text }
}

function callAt(body: string): string | undefined {
  return /^[^#\n]*Start-EKSBootstrap\.ps1["']?(.*)$/im.exec(body)?.[1]
}

function parseWindowsCall(body: string): Partial<Bootstrap> {
  const options = new Map<string, string>()
  const form = /-(\w+)\s+(?:'((?:[^']|'')*)'|"([^"]*)"|(\S+))/g
  for (const [, name = '', single, double, bare] of (callAt(body) ?? '').matchAll(form)) {
    options.set(name.toLowerCase(), single?.replaceAll("''", "'") ?? double ?? bare ?? '')
  }
  const facts = {
    name: options.get('eksclustername'),
    endpoint: options.get('apiserverendpoint'),
    certificateAuthority: options.get('base64clusterca'),
    serviceCidr: options.get('servicecidr'),
  }
  const known = Object.entries(facts).filter(([, value]) => value !== undefined)
  const words = (options.get('kubeletextraargs') ?? '').split(/\s+/).filter((word) => word !== '')
  const { kubelet, kubeletFlags: others, labels, taints } = parseKubeletFlags(words)
  return {
    cluster: completeFacts(Object.fromEntries(known) as Partial<ClusterFacts>),
    labels,
    taints: taints.map(withoutEmptyValue),
    kubelet,
    ...listed('kubeletFlags', others),
  }
}

/** What a PowerShell block says; undefined for other texts. */
export function parsePowerShell(text: string): ParsedUserData | undefined {
  const told = parseWindows(text)
  if (told === undefined) return undefined
  const { cluster, kubelet, labels, taints } = told
  const facts = Object.entries(cluster ?? {}).filter(([, value]) => value !== '')
  return { kind: 'windows', cluster: Object.fromEntries(facts), labels, taints, kubelet }
}
