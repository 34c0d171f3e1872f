/** The user data of the new family, with every placeholder where it belongs. Nodes layer. */

import { parseAl2023, renderAl2023 } from '../al2023-user-data.ts'
import type { Bootstrap } from '../bootstrap.ts'
import { bootstrapFaults } from '../bootstrap-faults.ts'
import { settingByField } from '../bottlerocket-schema.ts'
import { bottlerocketFaults, renderBottlerocket } from '../bottlerocket-user-data.ts'
import { type MimePart, mimeFaults, parseMime, renderMime } from '../mime.ts'
import { nodeConfigFaults } from '../node-config.ts'
import { filledBootstrap, filledField } from './filled.ts'
import { type Gathered, withoutBootTexts } from './gather.ts'
import { type State, tell } from './state.ts'

const nodeConfigType = 'application/node.eks.aws'

/** The text, with marks; faults of it are told. `theirs` are parts of the team, NodeConfigs too. */
export function renderResult(
  gathered: Gathered,
  theirs: readonly MimePart[],
  state: State,
): string {
  const bootstrap = withoutBootTexts(gathered.bootstrap, state)
  checkBootstrap(bootstrap, gathered.line, state)
  const bare = bareNames(bootstrap.kubelet)
  if (state.target === 'Bottlerocket') {
    return bareValues(renderBottlerocket(bootstrap), bare, /^([\w-]+) = "([\ue000-\uf8ff])"$/gm)
  }
  const check = (merged: Bootstrap): void => checkBootstrap(merged, gathered.line, state)
  return quotedTexts(renderedAl2023(bootstrap, theirs, check), bare)
}

/**
 * The result with every mark as it was written. Marks are letters beyond ASCII, so a part that has some came
 * out in base64; a part that a template engine fills stays readable.
 */
export function restoredResult(text: string, { marks }: State): string {
  const parts = parseMime(text)
  if (parts === undefined) return marks.restored(text)
  const filled = new Set<MimePart>()
  const restored = parts.map((part) => {
    const whole = { ...part, body: marks.restored(part.body) }
    if (marks.has(part.body, 'template', 'directive')) filled.add(whole)
    return whole
  })
  return renderMime(restored, (part) => filled.has(part))
}

/** A NodeConfig of the team was written for nodeadm: where both speak it wins. */
function renderedAl2023(
  bootstrap: Bootstrap,
  theirs: readonly MimePart[],
  check: (merged: Bootstrap) => void,
): string {
  const isConfig = ({ contentType }: MimePart): boolean => contentType.startsWith(nodeConfigType)
  const parts = theirs.filter((part) => !isConfig(part))
  const configs = theirs.filter(isConfig)
  const own = { ...bootstrap, ...(parts.length === 0 ? {} : { parts }) }
  if (configs.length === 0) return renderAl2023(own)
  const merged = parseAl2023(renderMime([...(parseMime(renderAl2023(own)) ?? []), ...configs]))
  check(merged)
  return renderAl2023(merged)
}

/** Kubelet fields whose placeholder is a number or a truth. */
function bareNames(kubelet: Bootstrap['kubelet']): ReadonlySet<string> {
  const names = Object.entries(kubelet)
    .filter(([field, value]) => filledField(field, value).isBare)
    .flatMap(([field, value]) => [
      field,
      settingByField[field] ?? field,
      ...(field === 'featureGates' ? Object.keys(Object(value)) : []),
    ])
  return new Set(names)
}

function bareValues(text: string, names: ReadonlySet<string>, form: RegExp): string {
  return text.replaceAll(form, (line, name: string, mark: string) =>
    names.has(name) ? `${name} = ${mark}` : line,
  )
}

/** What a placeholder becomes is not known: as a text it must be quoted, as a number not. */
function quotedTexts(text: string, bare: ReadonlySet<string>): string {
  const isConfig = /^Content-Type: application\/node\.eks\.aws/
  let inConfig = false
  const lines = text.split('\n').map((line) => {
    if (/^Content-Type: /.test(line)) inConfig = isConfig.test(line)
    if (/^--/.test(line)) inConfig = false
    const [, head = '', name = '', value = ''] =
      /^(\s*(?:- )*(?:([\w./-]+): )?)([^"'\s|>][^\n]*)$/.exec(line) ?? []
    const isPlain = inConfig && /[\ue000-\uf8ff]/.test(value) && !/: |:$/.test(value)
    if (!isPlain || bare.has(name)) return line
    return `${head}"${value.replaceAll(/["\\]/g, '\\$&')}"`
  })
  return lines.join('\n')
}

function checkBootstrap(bootstrap: Bootstrap, line: number, state: State): void {
  const filled = filledBootstrap(bootstrap, state.marks)
  for (const message of bootstrapFaults(state.target, filled)) {
    // What is missing was told with its remedy.
    if (
      /^the (?:endpoint|certificate|service CIDR|cluster name)/.test(message) &&
      isMissing(bootstrap, message)
    ) {
      continue
    }
    if (/ cannot carry parts: /.test(message)) continue
    refuse(message, line, state)
  }
}

function isMissing({ cluster }: Bootstrap, message: string): boolean {
  if (cluster === undefined) return true
  if (message.includes('endpoint')) return cluster.endpoint === ''
  if (message.includes('authority')) return cluster.certificateAuthority === ''
  return message.includes('CIDR') ? cluster.serviceCidr === '' : cluster.name === ''
}

function refuse(message: string, line: number, state: State): void {
  const why = state.marks.restored(message)
  if (line > 0) state.notes.add(line, line, 'blocking', why)
  const remedy = 'Mend the value in the script, then convert again.'
  tell(state, { code: 'convert/kubelet-refuses', severity: 'error', message: why, remedy, line })
}

/** What the parsers of the family say against the result; each is told. */
export function checkResult(text: string, line: number, state: State): void {
  const isBottlerocket = state.target === 'Bottlerocket'
  // A sample that is base64 too, and one that TOML reads as a value without quotes.
  const filled = state.marks.filled(text, () => (isBottlerocket ? '1' : 'c2FtcGxl'))
  const faults = isBottlerocket ? bottlerocketFaults(filled) : al2023Faults(filled)
  for (const { kind, message, path = '' } of faults) {
    // An empty fact was told with its remedy.
    if (/^spec\.cluster\..* not ""$/.test(message)) continue
    // Of a sample the type may be wrong, not the place; nor may the text as a whole.
    if (filled === text || kind !== 'wrong-value' || path === '') refuse(message, line, state)
  }
}

function al2023Faults(
  text: string,
): readonly { readonly kind?: string; readonly message: string; readonly path?: string }[] {
  const configs = (parseMime(text) ?? []).filter(({ contentType }) =>
    contentType.startsWith(nodeConfigType),
  )
  return [...mimeFaults(text), ...configs.flatMap((part) => nodeConfigFaults(part.body))]
}
