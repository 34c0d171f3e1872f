/** KubeletConfiguration fields in the kubelet's file on Amazon Linux 2. Nodes layer, pure. */

import { isRecord } from './field-schema.ts'
import { shellQuoted, shellWords } from './shell-words.ts'

/** Fields that bootstrap.sh writes into the file whatever it says: edits before the call are lost. */
export const overwrittenFields: ReadonlySet<string> = new Set([
  'cgroupDriver',
  'clusterDNS',
  'evictionHard',
  'kubeReserved',
  'kubeReservedCgroup',
  'providerID',
  'systemReservedCgroup',
])

const file = '/etc/kubernetes/kubelet/kubelet-config.json'

/**
 * Shell lines that set fields in kubelet-config.json before bootstrap.sh reads it; none for no fields.
 * The file is replaced only when jq succeeded: an empty or broken one would stop the kubelet.
 */
export function editConfigLines(
  fields: readonly (readonly [string, unknown])[],
): readonly string[] {
  if (fields.length === 0) return []
  const program = `. + ${JSON.stringify(Object.fromEntries(fields))}`
  return [`jq ${shellQuoted(program)} ${file} > ${file}.new`, `mv ${file}.new ${file}`]
}

/** Fields that a script sets by {@link editConfigLines}; empty without such a line. */
export function parseConfigLines(script: string): Readonly<Record<string, unknown>> {
  for (const match of script.matchAll(/^jq /gm)) {
    const [, program = '', path] = shellWords(script, match.index)
    if (path !== file || !program.startsWith('. + {')) continue
    try {
      const fields: unknown = JSON.parse(program.slice('. + '.length))
      if (isRecord(fields)) return fields
    } catch {
      // A program of the team's own: not constant.
    }
  }
  return {}
}
