/** MIME multipart documents for user data. Nodes layer, pure. */

import { fromBase64, toBase64 } from './base64.ts'

/** One part; the body is kept byte for byte, without the line break before the next boundary. */
export interface MimePart {
  readonly contentType: string
  readonly body: string
}

/** Something that makes cloud-init or nodeadm read a document differently; `line` counts from 1. */
export interface MimeFault {
  readonly line: number
  readonly message: string
  /** nodeadm loses the whole document by it. */
  readonly isFatal: boolean
}

/** Boundary that EKS and Karpenter use too; replaced when a part has a line that begins with it. */
const usualBoundary = '//'

/**
 * A document with one blank line after each header block, LF only, and a closing boundary. `staysReadable`
 * names parts that are never put into base64: a template engine has to find its placeholders in them.
 */
export function renderMime(
  parts: readonly MimePart[],
  staysReadable: (part: MimePart) => boolean = () => false,
): string {
  const unix = parts.map((given) => {
    const part = { ...given, body: given.body.replaceAll(/\r+\n/g, '\n') }
    return needsEncoding(part) && !staysReadable(given) ? encoded(part) : { ...part, encoding: '' }
  })
  const boundary = boundaryFor(unix)
  const head = `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${boundary}"\n\n`
  const body = unix.map(
    (part) => `--${boundary}\nContent-Type: ${part.contentType}\n${part.encoding}\n${part.body}\n`,
  )
  return `${head}${body.join('')}--${boundary}--\n`
}

/**
 * cloud-init reads the document as text and then asks Python for the bytes of a part, which turns letters
 * beyond ASCII into escapes or Latin-1. In base64 they arrive as they are. nodeadm reads its own parts
 * as they stand, without any transfer encoding.
 */
function needsEncoding({ body, contentType }: MimePart): boolean {
  return contentType.startsWith('text/') && !isAscii(body)
}

function isAscii(text: string): boolean {
  for (const letter of text) if ((letter.codePointAt(0) ?? 0) > 0x7f) return false
  return true
}

/** Lines of a transfer encoding have 76 characters at most. */
function encoded(part: MimePart): MimePart & { readonly encoding: string } {
  const lines = toBase64(part.body).match(/.{1,76}/g) ?? []
  return { ...part, body: lines.join('\n'), encoding: 'Content-Transfer-Encoding: base64\n' }
}

/** Deterministic: the usual one, or one with a number that no line starts with. */
function boundaryFor(parts: readonly MimePart[]): string {
  for (let number = 0; ; number += 1) {
    const boundary = number === 0 ? usualBoundary : `regroup-${number}`
    if (!parts.some((part) => `\n${part.body}`.includes(`\n--${boundary}`))) return boundary
  }
}

/** Parts of a document; undefined when it is not multipart. Text after the closing boundary is ignored. */
export function parseMime(text: string): readonly MimePart[] | undefined {
  return readMime(text)?.parts
}

/** What is wrong with a multipart document; empty for sound ones and for other texts. */
export function mimeFaults(text: string): readonly MimeFault[] {
  return readMime(text)?.faults ?? []
}

/** Where the body of a part stands; lines count from 1. */
export interface MimePlace {
  readonly firstLine: number
  /** That of its headers for an empty body. */
  readonly lastLine: number
  /** False when it stands in a transfer encoding, so that its lines are not those of the document. */
  readonly isPlain: boolean
}

/** The places of the parts, in their order. */
export function mimePlaces(text: string): readonly MimePlace[] {
  return readMime(text)?.places ?? []
}

interface MimeDocument {
  readonly parts: readonly MimePart[]
  readonly faults: readonly MimeFault[]
  readonly places: readonly MimePlace[]
}

function readMime(text: string): MimeDocument | undefined {
  const lines = text.replaceAll(/\r+\n/g, '\n').split('\n')
  const headEnd = lines.findIndex((line) => line === '' || line.startsWith('--'))
  const head = unfolded(lines.slice(0, headEnd < 0 ? lines.length : headEnd))
  const boundary = /^multipart\/[\w-]+;.*\bboundary="?([^";]+)"?/i.exec(
    head.get('content-type') ?? '',
  )?.[1]
  if (boundary === undefined) return undefined
  const faults: MimeFault[] = []
  if (lines[headEnd] !== '') {
    const message = 'a blank line is missing after the top headers'
    faults.push({ line: headEnd + 1, message, isFatal: true })
  }
  const opens: number[] = []
  let end = lines.length
  for (const [index, line] of lines.entries()) {
    if (line.trimEnd() === `--${boundary}`) opens.push(index)
    if (line.trimEnd() !== `--${boundary}--`) continue
    end = index
    break
  }
  if (end === lines.length) {
    const message = `the closing boundary --${boundary}-- is missing`
    faults.push({ line: lines.length, message, isFatal: false })
  }
  const parts = opens.map((open, index) => {
    const next = opens[index + 1] ?? end
    return readPart(lines.slice(open + 1, next), open + 2, faults)
  })
  const places = opens.map((open, index): MimePlace => {
    const inside = lines.slice(open + 1, opens[index + 1] ?? end)
    const bodyAt = inside.indexOf('') + 1
    const body = inside.slice(bodyAt)
    const isEmpty = bodyAt === 0 || body.length === 0
    const firstLine = isEmpty ? open + 1 : open + 2 + bodyAt
    const lastLine = isEmpty ? open + 1 : firstLine + body.length - 1
    return { firstLine, lastLine, isPlain: isEmpty || parts[index]?.body === body.join('\n') }
  })
  return { parts, faults, places }
}

function readPart(lines: readonly string[], firstLine: number, faults: MimeFault[]): MimePart {
  const headEnd = lines.indexOf('')
  const head = headEnd < 0 ? lines : lines.slice(0, headEnd)
  const wrong = head.findIndex((line) => !/^(?:[\w-]+:|[ \t]|(?:[\w-]+=))/.test(line))
  if (headEnd < 0 || wrong >= 0) {
    const message = 'a header of a part, or the blank line after its headers, is malformed'
    faults.push({ line: firstLine + Math.max(0, wrong), message, isFatal: true })
  }
  const contentType = unfolded(head).get('content-type') ?? ''
  if (contentType === '') {
    const message = 'a part has no Content-Type and is skipped'
    faults.push({ line: firstLine, message, isFatal: false })
  }
  const body = headEnd < 0 ? '' : lines.slice(headEnd + 1).join('\n')
  const isEncoded = unfolded(head).get('content-transfer-encoding')?.toLowerCase() === 'base64'
  // nodeadm knows no transfer encoding.
  const decoded = isEncoded && contentType.startsWith('text/') ? fromBase64(body) : undefined
  return { contentType, body: decoded ?? body }
}

/** Headers by lower-case name; continuation lines joined. The first of a name counts. */
function unfolded(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  let name = ''
  for (const line of lines) {
    if (/^[ \t]/.test(line) && name !== '') {
      headers.set(name, `${headers.get(name)} ${line.trim()}`.trim())
      continue
    }
    const match = /^([\w-]+):\s*(.*)$/.exec(line)
    name = match?.[1]?.toLowerCase() ?? ''
    if (name !== '' && !headers.has(name)) headers.set(name, match?.[2]?.trim() ?? '')
  }
  return headers
}
