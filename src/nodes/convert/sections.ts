/** User data as the texts it is made of, with their places. Nodes layer, pure. */

import { type MimeFault, type MimePlace, mimeFaults, mimePlaces, parseMime } from '../mime.ts'

/** One text of the user data. */
export interface Section extends MimePlace {
  readonly kind: 'shell' | 'cloud-config' | 'node-config' | 'other'
  readonly contentType: string
  readonly body: string
  /** Lines in front of it. */
  readonly lineOffset: number
}

/** All of them. */
export interface Sections {
  readonly sections: readonly Section[]
  /** Of a MIME document; undefined for any other text. */
  readonly boundary: string | undefined
  /** Behind it nobody reads on; undefined when the text just ends. */
  readonly closedAtLine: number | undefined
  readonly faults: readonly MimeFault[]
}

/** Text that is neither MIME nor anything that cloud-init knows counts as shell. */
export function sectionsOf(text: string): Sections {
  const parts = parseMime(text)
  if (parts === undefined) {
    const kind = kindOfText(text)
    const contentType = kind === 'cloud-config' ? 'text/cloud-config' : 'text/x-shellscript'
    const lastLine = text.replace(/\n$/, '').split('\n').length
    const place = { firstLine: 1, lastLine, isPlain: true, lineOffset: 0 }
    const sections = [{ kind, contentType, body: text, ...place }]
    return { sections, boundary: undefined, closedAtLine: undefined, faults: [] }
  }
  const places = mimePlaces(text)
  const sections = parts.map(({ body, contentType }, index): Section => {
    const place = places[index] ?? { firstLine: 1, lastLine: 1, isPlain: false }
    return {
      kind: kindOf(contentType, body),
      contentType,
      body,
      ...place,
      lineOffset: place.firstLine - 1,
    }
  })
  const boundary = boundaryOf(text)
  const closing = text.split('\n').findIndex((line) => line.trimEnd() === `--${boundary}--`)
  const closedAtLine = closing < 0 ? undefined : closing + 1
  return { sections, boundary, closedAtLine, faults: mimeFaults(text) }
}

function boundaryOf(text: string): string {
  return /\bboundary="?([^";\n]+)"?/i.exec(text)?.[1] ?? ''
}

function kindOf(contentType: string, body: string): Section['kind'] {
  if (contentType.startsWith('application/node.eks.aws')) return 'node-config'
  if (contentType.startsWith('text/x-shellscript')) return 'shell'
  if (contentType.startsWith('text/cloud-config')) return 'cloud-config'
  if (contentType.startsWith('text/jinja2')) return kindOfText(body)
  return contentType.startsWith('text/plain') && body.startsWith('#!') ? 'shell' : 'other'
}

function kindOfText(text: string): Section['kind'] {
  const head = text.replace(/^## template: ?jinja\n/, '')
  if (head.startsWith('#cloud-config')) return 'cloud-config'
  return /^#(?:cloud-boothook|include|upstart-job|part-handler|cloud-config-archive)/.test(head)
    ? 'other'
    : 'shell'
}
