/** MIME multipart documents for user data. Nodes layer, pure. */

/** One part; the body is kept byte for byte, without the line break before the next boundary. */
export interface MimePart {
  readonly contentType: string
  readonly body: string
}

/** Boundary that EKS and Karpenter use too; replaced when a part has a line that begins with it. */
const usualBoundary = '//'

/** A document with one blank line after each header block, LF only, and a closing boundary. */
export function renderMime(parts: readonly MimePart[]): string {
  const boundary = boundaryFor(parts)
  const head = `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="${boundary}"\n\n`
  const body = parts.map(
    (part) => `--${boundary}\nContent-Type: ${part.contentType}\n\n${part.body}\n`,
  )
  return `${head}${body.join('')}--${boundary}--\n`
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
  const unix = text.replaceAll('\r\n', '\n')
  const headEnd = unix.indexOf('\n\n')
  const head = headEnd < 0 ? unix : unix.slice(0, headEnd)
  const boundary = /^content-type:\s*multipart\/[\w-]+;[^\n]*boundary="?([^"\n;]+)"?/im.exec(
    head,
  )?.[1]
  if (boundary === undefined) return undefined
  const closing = `\n--${boundary}--`
  const end = unix.indexOf(closing, headEnd)
  const body = end < 0 ? unix.slice(headEnd + 1) : unix.slice(headEnd + 1, end)
  return body.split(`\n--${boundary}\n`).slice(1).map(parsePart)
}

function parsePart(text: string): MimePart {
  const headEnd = text.indexOf('\n\n')
  const head = headEnd < 0 ? text : text.slice(0, headEnd)
  const contentType = /^content-type:\s*([^\n]+)/im.exec(head)?.[1]?.trim() ?? ''
  return { contentType, body: headEnd < 0 ? '' : text.slice(headEnd + 2) }
}
