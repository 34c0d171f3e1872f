/** Files of a node as a cloud-config part. Nodes layer, pure. */

import { parse, stringify } from 'yaml'
import { isAcyclic } from './acyclic.ts'
import type { BootstrapFile } from './bootstrap.ts'
import { isRecord } from './field-schema.ts'
import type { MimePart } from './mime.ts'

const contentType = 'text/cloud-config; charset="utf-8"'

/** Without it cloud-init lets a later cloud-config part replace the whole list. */
const mergeHow = [
  { name: 'list', settings: ['append'] },
  { name: 'dict', settings: ['no_replace', 'recurse_list'] },
]

/** One part for all files; cloud-init writes them before any script runs. */
export function filesPart(files: readonly BootstrapFile[]): MimePart {
  const document = {
    merge_how: mergeHow,
    write_files: files.map(({ content, path, permissions = '0644' }) => ({
      path,
      permissions,
      content,
    })),
  }
  // Quoted and not folded: what is read is what was written.
  const text = stringify(document, {
    lineWidth: 0,
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
  })
  return { contentType, body: `#cloud-config\n${text}` }
}

/** The files of a part that {@link filesPart} could have written; undefined for any other. */
export function parseFilesPart(part: MimePart): readonly BootstrapFile[] | undefined {
  if (!part.contentType.startsWith('text/cloud-config')) return undefined
  let document: unknown
  try {
    document = parse(part.body, { logLevel: 'error', maxAliasCount: 20 })
  } catch {
    return undefined
  }
  if (!isRecord(document) || !isAcyclic(document)) return undefined
  if (!Array.isArray(document.write_files)) return undefined
  const keys = Object.keys(document)
  if (keys.some((key) => key !== 'merge_how' && key !== 'write_files')) return undefined
  const files = document.write_files.map(fileOf)
  return files.includes(undefined) ? undefined : (files as BootstrapFile[])
}

function fileOf(value: unknown): BootstrapFile | undefined {
  if (!isRecord(value)) return undefined
  const { content, path, permissions = '0644', ...rest } = value
  if (Object.keys(rest).length > 0 || typeof path !== 'string') return undefined
  if (typeof content !== 'string' || typeof permissions !== 'string') return undefined
  return { path, content, ...(permissions === '0644' ? {} : { permissions }) }
}
