/** Amazon Linux 2 user data to that of another family, line by line accounted for. Nodes layer, pure. */

import type { Finding } from '../../world/finding.ts'
import { rangeComment } from '../bootstrap-script.ts'
import type { MimeFault, MimePart } from '../mime.ts'
import { userDataGauge } from '../user-data-size.ts'
import { readCloudConfig } from './cloud-config.ts'
import { dropInLines, dropInSince, isNothing } from './drop-in.ts'
import { type Gathered, gather } from './gather.ts'
import { type InputFault, inputFault } from './input-fault.ts'
import { accountedLines } from './line-account.ts'
import { withoutShell } from './node-commands.ts'
import { noteOutcome } from './note-outcome.ts'
import { blocking, carried } from './outcome.ts'
import { markPlaceholders } from './placeholders.ts'
import { substituted } from './printed.ts'
import { remaining } from './remaining-script.ts'
import { checkResult, renderResult, restoredResult } from './render-result.ts'
import { variablesIn } from './scope.ts'
import { scriptBody } from './script-body.ts'
import { type Section, sectionsOf } from './sections.ts'
import { readShell } from './shell/read-script.ts'
import { newState, type State, tell } from './state.ts'
import type { Piece, Told } from './state-parts.ts'
import type { Conversion, ConvertOptions } from './verdict.ts'
import { walkScript } from './walk.ts'

const scriptType = 'text/x-shellscript; charset="us-ascii"'

/**
 * Never throws and runs nothing. Text that is no user data of Amazon Linux 2 gives one error with a code
 * of {@link inputCodes} and no user data. Equal input gives equal bytes.
 */
export function convertUserData(text: string, options: ConvertOptions): Conversion {
  const unix = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
  const fault = inputFault(unix)
  if (fault !== undefined) return refused(unix, fault, options)
  const state = newState(options.target, substituted)
  const marked = markPlaceholders(unix, state.marks)
  state.serviceRange = new RegExp(`^${rangeComment}(\\S+)$`, 'm').exec(unix)?.[1]
  const { boundary, closedAtLine, faults, ...found } = sectionsOf(marked)
  // What a transfer encoding hid from the engine of a template holds no placeholders, but any letters.
  const sections = found.sections.map((section) =>
    section.isPlain ? section : { ...section, body: markPlaceholders(section.body, state.marks) },
  )
  for (const fault of faults) tellMime(fault, marked, boundary, state)
  const theirs = readSections(sections, state)
  const gathered = gather(state, options)
  const parts = remainingParts(theirs, gathered, sections, state)
  const result = renderResult(gathered, parts, state)
  checkResult(result, gathered.line, state)
  const userData = restoredResult(result, state)
  tellWhole(userData, gathered, state)
  const lines = accountedLines({
    text: unix,
    sections,
    boundary,
    closedAtLine,
    hasResult: result !== '',
    state,
  })
  return { userData, lines, findings: findingsOf(state.told, options.file) }
}

/** A part that cannot be told from its headers is lost to everybody. */
function tellMime(
  fault: MimeFault,
  text: string,
  boundary: string | undefined,
  state: State,
): void {
  const { isFatal, message } = fault
  const line = Math.min(fault.line, text.replace(/\n$/, '').split('\n').length)
  if (isFatal) {
    const lines = text.split('\n')
    const next = lines.findIndex((one, index) => index >= line && one.startsWith(`--${boundary}`))
    state.notes.add(line, next < 0 ? lines.length : next, 'blocking', message)
  }
  tell(state, {
    code: 'convert/mime',
    severity: isFatal ? 'error' : 'warning',
    message: isFatal ? `${message}: nobody reads what follows` : message,
    remedy: 'Mend the document: one blank line after the headers, and a closing boundary.',
    line,
  })
}

function refused(
  text: string,
  { code, message, remedy }: InputFault,
  { file }: ConvertOptions,
): Conversion {
  const all = text.replace(/\n$/, '').split('\n')
  const lines =
    text === ''
      ? []
      : all.map((one, index) => ({
          line: index + 1,
          verdict: 'blocking' as const,
          text: one,
          why: message,
        }))
  const told = { code, severity: 'error' as const, message, remedy, line: 1 }
  return { userData: '', lines, findings: findingsOf([told], file) }
}

/** A part of the input that stays; undefined for those whose pieces are asked later. */
type Kept = { readonly section: number; readonly part: MimePart | undefined }

function readSections(sections: readonly Section[], state: State): readonly Kept[] {
  return sections.map((section, index) => {
    const { body, contentType, kind, lineOffset } = section
    state.lineOffset = lineOffset
    state.fixedLines = section.isPlain ? undefined : section
    state.section = index
    if (kind === 'shell') {
      walkScript(readShell(body), state)
      return { section: index, part: undefined }
    }
    if (kind === 'cloud-config') {
      const left = readCloudConfig(section, state)
      return {
        section: index,
        part: left.body === undefined ? undefined : { contentType, body: left.body },
      }
    }
    return { section: index, part: keepPart(section, state) }
  })
}

/** Parts for other readers: they stay on Amazon Linux 2023, Bottlerocket has none. */
function keepPart(section: Section, state: State): MimePart | undefined {
  const { body, contentType, firstLine, kind, lastLine } = section
  if (state.target === 'AmazonLinux2023') {
    const why = kind === 'node-config' ? 'merged as nodeadm does' : `stays as ${contentType}`
    state.notes.add(firstLine, lastLine, 'carried', why)
    return { contentType, body }
  }
  const why = `Bottlerocket reads no ${contentType === '' ? 'part of this kind' : contentType}`
  const outcome = blocking('convert/no-shell', why, 'Say what it is for as settings.')
  noteOutcome(outcome, section, state)
  return undefined
}

/** The parts in their order: what stays of each script in its place, boot values behind the call's. */
function remainingParts(
  kept: readonly Kept[],
  { boot }: Gathered,
  sections: readonly Section[],
  state: State,
): readonly MimePart[] {
  if (state.target === 'Bottlerocket') {
    judgeForBottlerocket(state)
    return []
  }
  const lines = isNothing(boot) ? [] : dropInLines(boot, state.marks)
  const needed = variablesIn(state.marks.restored(lines.join('\n')))
  const pieces = remaining(state, isNothing(boot) ? [] : [...needed, ''])
  if (lines.length > 0) tellDropIn(state)
  const home = callSection(state, sections)
  return kept.flatMap(({ part, section }) => {
    const own = pieces.filter((piece) => piece.section === section)
    const more = section === home ? lines : []
    const body = scriptBody(own, more, sections[section])
    const script = body === undefined ? [] : [{ contentType: scriptType, body }]
    return [...(part === undefined ? [] : [part]), ...script]
  })
}

function callSection({ call }: State, sections: readonly Section[]): number {
  const line = call?.lines.firstLine ?? 1
  return Math.max(
    0,
    sections.findLastIndex(({ lineOffset }) => lineOffset < line),
  )
}

function tellDropIn(state: State): void {
  tell(state, {
    code: 'convert/boot-value',
    severity: 'info',
    message:
      'values that only the boot knows are written to /etc/eks/nodeadm.d by a script; nodeadm reads it from AMI ' +
      `release ${dropInSince} on`,
    remedy: `Pin no AMI older than ${dropInSince}.`,
    line: state.call?.lines.firstLine ?? 0,
  })
}

/** Nothing can stay: what a command did must come another way, or was only for the script. */
function judgeForBottlerocket(state: State): void {
  const does = state.pieces.filter(({ role }) => role === 'does')
  for (const piece of does) {
    const { name, path, text } = piece
    const isUsed = path !== undefined && state.files.get(path)?.isUsed === true
    const outcome = isUsed ? carried('its content stands in the result') : withoutShell(name, text)
    noteOutcome(outcome, piece, state)
  }
  const support = state.pieces.filter(({ role }) => role !== 'does')
  remaining({ ...state, pieces: [...support] as Piece[] }, [])
}

/** What concerns the user data as a whole. */
function tellWhole(userData: string, { bootstrap }: Gathered, state: State): void {
  tell(state, {
    code: 'convert/al2-ended',
    severity: 'warning',
    message:
      'Amazon Linux 2 ended on 2025-11-26: its last AMI is v20251209, none is made for Kubernetes 1.33 and later',
    remedy: 'Move the node group to the converted user data.',
    line: 0,
  })
  const { bytes, bytesMax, verdict } = userDataGauge(userData)
  if (verdict === 'error') {
    tell(state, {
      code: 'convert/size',
      severity: 'error',
      message: `the result has ${bytes} bytes; EC2 takes ${bytesMax}`,
      remedy: 'Move scripts into the AMI or to S3.',
      line: 0,
    })
  }
  const count = Object.keys(bootstrap.labels).length + bootstrap.taints.length
  if (bootstrap.cluster !== undefined && count > 0) {
    tell(state, {
      code: 'convert/labels-unseen',
      severity: 'info',
      message:
        'labels and taints that only user data names are unknown to EKS and to Cluster Autoscaler, which cannot ' +
        'scale such a group from zero',
      remedy: 'Set them on the node group as well.',
      line: state.call?.lines.firstLine ?? 0,
    })
  }
  const placeholders = placeholderNames(userData, state)
  if (placeholders.length === 0) return
  tell(state, {
    code: 'convert/placeholder',
    severity: 'info',
    message: `placeholders stay as they are: ${placeholders.join(' ')}`,
    remedy: 'Fill the result by the same template engine as before.',
    line: 0,
  })
}

function placeholderNames(userData: string, state: State): readonly string[] {
  const all = state.marks.all('template').filter((source) => userData.includes(source))
  const shown = all.slice(0, 12)
  return all.length > shown.length ? [...shown, `and ${all.length - shown.length} more`] : shown
}

function findingsOf(told: readonly Told[], file: string): readonly Finding[] {
  return told
    .map((one, index) => ({ one, index }))
    .sort((a, b) => a.one.line - b.one.line || a.index - b.index)
    .map(({ one: { line, ...finding } }) => ({
      ...finding,
      ...(line === 0 ? {} : { location: { file, line, column: 1 } }),
    }))
}
