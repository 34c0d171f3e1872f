/** YAML in and out, as the API server reads and writes it. Twin layer, pure. */

import { Document, parseDocument } from 'yaml'
import { isTooDeep, yamlDepthMax } from '../../../../world/documents/yaml-depth.ts'

/** A text that is no YAML; the message is near that of the API server. */
export class YamlError extends Error {
  override readonly name = 'YamlError'
}

/** A parsed text; `duplicate` is the server's text about a key that came twice. */
export interface ParsedYaml {
  readonly value: unknown
  readonly duplicate: string | undefined
}

/** Reads YAML (and so JSON). @throws YamlError. */
export function parseYaml(text: string): ParsedYaml {
  if (isTooDeep(text)) {
    throw new YamlError(
      `error converting YAML to JSON: yaml: exceeded max depth of ${yamlDepthMax}`,
    )
  }
  const document = parseDocument(text, {
    uniqueKeys: false,
    version: '1.1',
    maxAliasCount: 100,
  } as never)
  const [error] = document.errors
  if (error !== undefined)
    throw new YamlError(`error converting YAML to JSON: yaml: ${error.message}`)
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw new YamlError(`error converting YAML to JSON: yaml: ${String(cause)}`)
  }
  const strict = parseDocument(text, { uniqueKeys: true, version: '1.1' })
  const twice = strict.errors.find(({ code }) => code === 'DUPLICATE_KEY')
  if (twice === undefined) return { value, duplicate: undefined }
  const line = twice.linePos?.[0].line ?? 0
  const key = text.slice(twice.pos[0]).split(':')[0]?.trim() ?? ''
  const duplicate = `yaml: unmarshal errors:\n  line ${line}: key "${key}" already set in map`
  return { value, duplicate }
}

/** Writes YAML with sorted keys. */
export function writeYaml(value: unknown): string {
  const document = new Document(value, { version: '1.1', sortMapEntries: true })
  // The library quotes a key that is a dot; the server does not.
  return document.toString({ indentSeq: false, lineWidth: 80 }).replace(/^( *)"\.":/gm, '$1.:')
}
