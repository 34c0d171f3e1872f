/** What stays of a script: the commands that do something, and what these need. Nodes layer. */

import { callVariables } from './call-arguments.ts'
import { variablesIn } from './scope.ts'
import { type State, tell } from './state.ts'
import type { Piece } from './state-parts.ts'

/** The pieces that stay, in order; the others are noted as what became of them. */
export function remaining(state: State, needed: readonly string[]): readonly Piece[] {
  const isConsumed = ({ path }: Piece): boolean =>
    path !== undefined && state.files.get(path)?.isUsed === true
  const stays = new Set(state.pieces.filter((piece) => piece.role === 'does' && !isConsumed(piece)))
  for (let before = -1; before !== stays.size; ) {
    before = stays.size
    const texts = [...stays].map(({ text }) => text)
    const names = new Set([...needed, ...texts.flatMap(namesIn)])
    const all = texts.join('\n')
    for (const piece of state.pieces) {
      if (!stays.has(piece) && isNeeded(piece, { names, all, isConsumed: isConsumed(piece) })) {
        stays.add(piece)
      }
    }
  }
  const hasWork = stays.size > 0 || needed.length > 0
  for (const piece of state.pieces) if (piece.role === 'mode' && hasWork) stays.add(piece)
  for (const piece of state.pieces) noteEnd(piece, stays.has(piece), state)
  const left = state.pieces.filter((piece) => stays.has(piece))
  state.remaining.push(...left)
  for (const piece of left) tellOldMetadata(piece, state)
  return left
}

function isNeeded(
  piece: Piece,
  by: { readonly names: ReadonlySet<string>; readonly all: string; readonly isConsumed: boolean },
): boolean {
  const { defines, path, role } = piece
  if (role === 'mode') return false
  if (defines.some((name) => by.names.has(name))) return true
  if (role === 'exports') return by.all !== '' && !defines.every((name) => callVariables.has(name))
  const isFile = role === 'prepares' || (role === 'does' && by.isConsumed)
  return isFile && path !== undefined && /^\/./.test(path) && by.all.includes(path)
}

/** Names that a text may ask for: variables, and words that could be functions. */
function namesIn(text: string): readonly string[] {
  return [...variablesIn(text), ...(text.match(/[A-Za-z_][\w-]*/g) ?? [])]
}

function noteEnd(piece: Piece, doesStay: boolean, state: State): void {
  const { firstLine, lastLine, role } = piece
  const [verdict, why] = doesStay ? (['carried', piece.why] as const) : goneWhy(piece, state)
  const isIdle = role === 'exports' && state.call === undefined && !doesStay
  if (isIdle && piece.defines.some((name) => callVariables.has(name))) tellIdle(piece, state)
  state.notes.add(firstLine, lastLine, verdict, role === 'does' || !doesStay ? why : keptWhy(role))
}

/** Images of Amazon Linux 2023 ask for a token; the old ones answered without. */
function tellOldMetadata({ firstLine, text }: Piece, state: State): void {
  if (!/\b169\.254\.169\.254\b/.test(text) || /metadata-token|api\/token/.test(text)) return
  tell(state, {
    code: 'convert/imds-token',
    severity: 'warning',
    message:
      'it asks for instance metadata without a token, which images of Amazon Linux 2023 refuse',
    remedy: 'Get a token first (IMDSv2), or use ec2-metadata.',
    line: firstLine,
  })
}

function tellIdle({ defines, firstLine }: Piece, state: State): void {
  tell(state, {
    code: 'convert/never-effective',
    severity: 'warning',
    message:
      `${defines.join(', ')} never took effect: EKS calls bootstrap.sh in a part of its own, with arguments of its ` +
      'own; the result leaves it out, so that nodes stay what they were',
    remedy: 'Add it to the result as a kubelet field if the new nodes shall have it.',
    line: firstLine,
  })
}

function keptWhy(role: Piece['role']): string {
  return role === 'mode' ? 'how the remaining script runs' : 'the remaining script needs it'
}

function goneWhy(
  { defines, path, role }: Piece,
  state: State,
): readonly ['carried' | 'dropped', string] {
  const isArgument = defines.some((name) => callVariables.has(name))
  if (role === 'exports' && isArgument && state.call !== undefined) {
    return ['carried', 'an argument of bootstrap.sh']
  }
  if (role === 'exports' && isArgument) {
    return ['dropped', 'it has no effect: nothing in this text calls bootstrap.sh']
  }
  if (role === 'mode') return ['dropped', 'no script is left that it could rule']
  const content = path === undefined ? '' : (state.files.get(path)?.content ?? '')
  if (role === 'prepares' && state.marks.has(content, 'kubelet')) {
    return ['carried', 'what it makes stands in the result']
  }
  if (role === 'prepares') return ['dropped', 'what it prepares is not needed any more']
  if (role === 'does') return ['carried', 'its content stands in the result']
  return defines.some((name) => state.scope.used.has(name))
    ? ['carried', 'its value stands where it is used']
    : ['dropped', 'nothing needs it any more']
}
