/** From what a script says to a bootstrap of the new family. Nodes layer. */

import { overwrittenFields } from '../al2-kubelet.ts'
import type { Bootstrap, ClusterFacts } from '../bootstrap.ts'
import { listed, withoutEmptyValue } from '../bootstrap-members.ts'
import { settingByField } from '../bottlerocket-schema.ts'
import { clusterDnsIp } from '../cluster-dns.ts'
import { type CallMembers, readCall, readExtra } from './call-arguments.ts'
import type { BootValues } from './drop-in.ts'
import { isNothing } from './drop-in.ts'
import { gatherFacts } from './gather-facts.ts'
import type { KubeletArguments } from './kubelet-arguments.ts'
import { type Json, mapTexts, textsIn } from './marks.ts'
import { noteOutcome } from './note-outcome.ts'
import { blocking } from './outcome.ts'
import { contentOf } from './printed.ts'
import { contentPath, type State, tell } from './state.ts'
import type { Lines } from './state-parts.ts'
import type { ConvertOptions } from './verdict.ts'
import { takeContainerd, writeFile } from './written-files.ts'

/** What a script says, ready to be rendered. */
export interface Gathered {
  readonly bootstrap: Bootstrap
  /** What only the boot knows. */
  readonly boot: BootValues
  /** The line that most of it stands on. */
  readonly line: number
}

interface FieldPlace {
  readonly field: string
  readonly line: number
}

/** Decides about every field and fact that the lines have named. */
export function gather(state: State, options: ConvertOptions): Gathered {
  const { call } = state
  const line = call?.lines.firstLine ?? state.moreArgumentsLine
  const told =
    call === undefined
      ? undefined
      : readCall({ ...call, moreArguments: state.moreArguments }, state)
  const places: FieldPlace[] = []
  takeDockerConfig(told, line, state)
  const fromFile = effectiveEdits(state, told, places)
  const extra = told?.extra ?? mergedArguments(state)
  for (const field of Object.keys(extra?.kubelet ?? {})) places.push({ field, line })
  const facts = told === undefined ? undefined : gatherFacts(told, options, state)
  const dns = dnsFields(told, facts)
  const all = { ...fromFile, ...dns, ...extra?.kubelet }
  const { boot, kubelet } = dividedFields(all, extra?.bootFlags ?? [], state)
  takeContainerdFile(told, line, state)
  const flags = [...(extra?.flags ?? []), ...(extra?.unknown ?? [])]
  const members = { ...state.members, ...diskMember(told, state), ...sysctlMember(state) }
  const bootstrap: Bootstrap = {
    cluster: facts,
    labels: extra?.labels ?? {},
    taints: (extra?.taints ?? []).map(withoutEmptyValue),
    kubelet,
    ...members,
    ...listed('kubeletFlags', flags),
  }
  if (call === undefined) tellMerged(bootstrap, line, state)
  const result = { bootstrap, boot, line }
  return state.target === 'Bottlerocket' ? forBottlerocket(result, places, state) : result
}

/** Fields that reach a kubelet of Amazon Linux 2: bootstrap.sh overwrites some of them. */
function effectiveEdits(state: State, told: CallMembers | undefined, places: FieldPlace[]): Json {
  const fields: Record<string, unknown> = {}
  for (const { fields: edited, isAfterCall, lines } of state.edits) {
    const kept: string[] = []
    for (const [field, value] of Object.entries(edited)) {
      const why = lostWhy(field, isAfterCall, { state, told })
      if (why === undefined) {
        if (value === undefined) delete fields[field]
        else fields[field] = value
        kept.push(field)
        places.push({ field, line: lines.firstLine })
      } else tellLost(field, why, lines, state)
    }
    const names = Object.keys(edited)
    if (names.length > 0 && kept.length === 0) continue
    const what = kept.length === 0 ? 'it changes nothing' : `kubelet ${kept.join(', ')}`
    state.notes.add(lines.firstLine, lines.lastLine, 'carried', what)
  }
  return fields
}

function lostWhy(
  field: string,
  isAfterCall: boolean,
  { state, told }: { readonly state: State; readonly told: CallMembers | undefined },
): string | undefined {
  if (isAfterCall) {
    return state.isKubeletRestarted ? undefined : 'the kubelet ran already and is not restarted'
  }
  const usesMaxPods = told?.usesMaxPods ?? state.patched.get('USE_MAX_PODS') !== 'false'
  const isOverwritten = overwrittenFields.has(field) || (field === 'maxPods' && usesMaxPods)
  return isOverwritten ? 'bootstrap.sh overwrites it behind the edit' : undefined
}

function tellLost(field: string, why: string, { firstLine, lastLine }: Lines, state: State): void {
  state.notes.add(firstLine, lastLine, 'dropped', `${field} never took effect: ${why}`)
  tell(state, {
    code: 'convert/never-effective',
    severity: 'warning',
    message: `${field} never took effect: ${why}; the result leaves it out, so that nodes stay what they were`,
    remedy: `Add ${field} to the result if the new nodes shall have it.`,
    line: firstLine,
  })
}

/** The address that follows from the range need not be said. */
function dnsFields(told: CallMembers | undefined, facts: ClusterFacts | undefined): Json {
  const dns = told?.clusterDns ?? []
  if (dns.length === 0) return {}
  const range = facts?.serviceCidr ?? ''
  const isImplied = dns.length === 1 && range !== '' && dns[0] === clusterDnsIp(range)
  return isImplied ? {} : { clusterDNS: dns }
}

function dividedFields(all: Json, flags: readonly string[], state: State) {
  const { marks } = state
  const isBoot = ([, value]: readonly [string, unknown]): boolean =>
    textsIn(value).some((text) => marks.has(text, 'boot'))
  const entries = Object.entries(all)
  const isBroken = (value: unknown): boolean =>
    textsIn(value).some((text) =>
      marks
        .in(text)
        .some((mark) => mark.kind === 'boot' && mark.names.some((name) => state.broken.has(name))),
    )
  return {
    kubelet: Object.fromEntries(entries.filter((entry) => !isBoot(entry))),
    // What relies on a line that blocks is left to the human who mends the line.
    boot: {
      flags: flags.filter((flag) => !isBroken(flag)),
      fields: Object.fromEntries(entries.filter((entry) => isBoot(entry) && !isBroken(entry[1]))),
    },
  }
}

/** Where EKS makes the call itself, patches of bootstrap.sh still add arguments to the kubelet. */
function mergedArguments(state: State): KubeletArguments | undefined {
  const { moreArguments, moreArgumentsLine } = state
  return moreArguments.length === 0
    ? undefined
    : readExtra(moreArguments.join(' '), moreArgumentsLine, state)
}

/** What EKS writes itself in the merged mode, or takes from the node group. */
function tellMerged(bootstrap: Bootstrap, line: number, state: State): void {
  const { kubelet, labels, taints } = bootstrap
  if (kubelet.maxPods !== undefined) {
    tell(state, {
      code: 'convert/max-pods-merged',
      severity: 'warning',
      message:
        'without an AMI id EKS writes maxPods as well; which of the two counts nobody has verified',
      remedy: 'Look at the kubelet of a new node, or name the AMI in the launch template.',
      line,
    })
  }
  if (Object.keys(labels).length + taints.length === 0) return
  const names = [...Object.keys(labels), ...taints.map(({ key }) => key)].join(', ')
  const why = `without an AMI id labels and taints are those of the node group, not of user data: ${names}`
  if (line > 0) state.notes.add(line, line, 'blocking', why)
  const remedy = 'Set them on the node group, and delete them here.'
  tell(state, { code: 'convert/labels-merged', severity: 'error', message: why, remedy, line })
}

/** `--docker-config-json`, read before the fields are. */
function takeDockerConfig(told: CallMembers | undefined, line: number, state: State): void {
  if (told?.dockerConfig === undefined) return
  const lines = { firstLine: line, lastLine: line }
  writeFile(
    { path: '/etc/docker/daemon.json', content: told.dockerConfig, isAppended: false },
    lines,
    state,
  )
}

function takeContainerdFile(told: CallMembers | undefined, line: number, state: State): void {
  const path = told?.containerdConfigPath
  if (path === undefined || state.target === 'Bottlerocket') return
  const content = contentOf(contentPath(path), state)
  if (content === undefined) return
  const lines = { firstLine: line, lastLine: line }
  noteOutcome(takeContainerd(content, lines, state), lines, state)
}

function diskMember(told: CallMembers | undefined, { target }: State): Partial<Bootstrap> {
  const storage = told?.localStorage
  if (storage === undefined || (target === 'Bottlerocket' && storage !== 'RAID0')) return {}
  return { localStorage: storage }
}

function sysctlMember({ sysctls }: State): Partial<Bootstrap> {
  if (sysctls.size === 0) return {}
  return { settings: { kernel: { sysctl: Object.fromEntries(sysctls) } } }
}

/** Bottlerocket has settings for some fields, and no flags at all. */
function forBottlerocket(
  gathered: Gathered,
  places: readonly FieldPlace[],
  state: State,
): Gathered {
  const { boot, bootstrap } = gathered
  const lineOf = (field: string): number =>
    places.findLast((place) => place.field === field)?.line ?? gathered.line
  const block = (line: number, why: string, code = 'convert/no-setting'): void => {
    const outcome = blocking(code, why, 'Do without it, or choose Amazon Linux 2023.')
    noteOutcome(outcome, { firstLine: line, lastLine: line }, state)
  }
  const kubelet = Object.entries(bootstrap.kubelet).filter(([field]) => {
    const isKnown = Object.hasOwn(settingByField, field)
    if (!isKnown) block(lineOf(field), `Bottlerocket has no setting for ${field}`)
    return isKnown
  })
  for (const flag of bootstrap.kubeletFlags ?? []) {
    if (state.marks.has(flag, 'template')) continue
    block(gathered.line, `Bottlerocket has no kubelet flags: ${state.marks.restored(flag)}`)
  }
  if (!isNothing(boot)) {
    const names = [...boot.flags, ...Object.keys(boot.fields)].map((one) =>
      state.marks.restored(one),
    )
    block(
      gathered.line,
      `${names.join(' ')} is found out at boot, and Bottlerocket reads its settings before anything runs`,
      'convert/boot-value',
    )
  }
  const { kubeletFlags: _, ...rest } = bootstrap
  return {
    ...gathered,
    boot: { flags: [], fields: {} },
    bootstrap: { ...rest, kubelet: Object.fromEntries(kubelet) },
  }
}

/** The bootstrap as it is, with no text that only the boot knows. */
export function withoutBootTexts(bootstrap: Bootstrap, state: State): Bootstrap {
  return mapTexts(bootstrap, (text) =>
    state.marks.has(text, 'boot', 'directive', 'kubelet') ? '' : text,
  ) as Bootstrap
}
