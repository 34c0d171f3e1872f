/** What can be told about user data: its parts, its scripts, what it says to the kubelet. Check layer, pure. */

import { type MimeFault, type MimePart, mimeFaults, parseMime } from '../nodes/mime.ts'
import type { ParsedUserData } from '../nodes/parsed-user-data.ts'
import { parseUserData } from '../nodes/user-data.ts'

/** Form of a text as a whole. */
export type UserDataForm =
  | 'mime'
  | 'shell'
  | 'cloud-config'
  | 'node-config'
  | 'toml'
  | 'powershell'
  | 'gzip'
  | 'other'

/** A part with the line at which its body begins, from 1. */
export interface PlacedPart extends MimePart {
  readonly line: number
}

/** User data, read once. */
export interface UserDataFacts {
  readonly form: UserDataForm
  /** Plain text; empty when it is gzip. */
  readonly text: string
  /** Before base64. */
  readonly bytes: number
  /** One part for texts that are not MIME. */
  readonly parts: readonly PlacedPart[]
  readonly mimeFaults: readonly MimeFault[]
  /** Undefined when nothing in it starts a node. */
  readonly told?: ParsedUserData
}

/** Reads plain text. */
export function userDataFacts(text: string): UserDataFacts {
  const form = formOf(text)
  const told = parseUserData(text)
  return {
    form,
    text,
    bytes: new TextEncoder().encode(text).length,
    parts:
      form === 'mime' ? placedParts(text) : [{ contentType: typeOf(form), body: text, line: 1 }],
    mimeFaults: mimeFaults(text),
    ...(told === undefined ? {} : { told }),
  }
}

/** User data that is compressed: only its size is known. */
export function gzipFacts(bytes: number): UserDataFacts {
  return { form: 'gzip', text: '', bytes, parts: [], mimeFaults: [] }
}

/** The shell scripts in it. */
export function scriptsOf({ parts }: UserDataFacts): readonly PlacedPart[] {
  return parts.filter(({ contentType }) => contentType.startsWith('text/x-shellscript'))
}

/** The NodeConfigs in it. */
export function nodeConfigsOf({ parts }: UserDataFacts): readonly PlacedPart[] {
  return parts.filter(({ contentType }) => contentType.startsWith('application/node.eks.aws'))
}

function formOf(text: string): UserDataForm {
  if (parseMime(text) !== undefined) return 'mime'
  if (/^\s*<powershell>/i.test(text)) return 'powershell'
  if (text.startsWith('#!')) return 'shell'
  if (text.startsWith('#cloud-config')) return 'cloud-config'
  if (/^kind:\s*NodeConfig\s*$/m.test(text)) return 'node-config'
  if (/^\s*\[?\s*settings\b/m.test(text)) return 'toml'
  return 'other'
}

function typeOf(form: UserDataForm): string {
  if (form === 'shell') return 'text/x-shellscript'
  if (form === 'cloud-config') return 'text/cloud-config'
  return form === 'node-config' ? 'application/node.eks.aws' : 'text/plain'
}

/** Bodies are kept byte for byte, so each is found again behind the one before. */
function placedParts(text: string): readonly PlacedPart[] {
  const unix = text.replaceAll('\r\n', '\n')
  let from = 0
  return (parseMime(text) ?? []).map((part) => {
    const at = unix.indexOf(part.body, headEnd(unix, from))
    const line = at < 0 ? 1 : unix.slice(0, at).split('\n').length
    if (at >= 0) from = at + part.body.length
    return { ...part, line }
  })
}

/** Behind the headers of the next part: a body may be empty or look like one. */
function headEnd(text: string, from: number): number {
  const open = text.indexOf('\n--', Math.max(0, from - 1))
  const blank = open < 0 ? -1 : text.indexOf('\n\n', open)
  return blank < 0 ? from : blank + 2
}
