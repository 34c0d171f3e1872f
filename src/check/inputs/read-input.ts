/** Which kind of input a file is, told by its content, and its facts. Check layer, pure. */

import type { AmiFamily } from '../../nodes/ami-parameters.ts'
import { isRecord } from '../../nodes/field-schema.ts'
import { readYaml } from '../../world/documents/yaml-reader.ts'
import type { Finding } from '../../world/finding.ts'
import type { InputFacts } from '../facts.ts'

/** A fleet file is read by its own loader; of all others the facts; or why there are none. */
export type ReadInput =
  | { readonly kind: 'fleet' }
  | { readonly kind: 'facts'; readonly facts: InputFacts }
  | { readonly findings: readonly Finding[] }

/** What helps to tell. */
interface ReadOptions {
  readonly amiFamily?: AmiFamily
}

/** Reads a file of any kind. */
export function readInput(
  { bytes, file }: { readonly file: string; readonly bytes: Uint8Array | string },
  _options: ReadOptions,
): ReadInput {
  const { findings, yaml } = readYaml(file, bytes)
  if (yaml === undefined) return { findings }
  const { value } = yaml
  if (isRecord(value) && isFleet(value)) return { kind: 'fleet' }
  return {
    findings: [
      {
        code: 'check/unknown-input',
        severity: 'error',
        message: 'it is none of the files that check reads',
        remedy: 'Give a fleet file (kind: Fleet).',
        location: { file, line: 1, column: 1 },
      },
    ],
  }
}

/** One of its marks is enough: the others may be what is wrong. */
function isFleet(value: Readonly<Record<string, unknown>>): boolean {
  const isOurs = String(value.apiVersion ?? '').startsWith('regroup.dev/')
  return isOurs || value.kind === 'Fleet' || ('nodeGroups' in value && 'clusters' in value)
}
