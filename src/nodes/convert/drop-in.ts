/** Values that only the boot knows, as a NodeConfig that a script writes for nodeadm. Nodes layer, pure. */

import { stringify } from 'yaml'
import { nodeConfigApiVersion } from '../node-config-schema.ts'
import type { Json, Marks } from './marks.ts'

/** Where nodeadm reads further NodeConfigs, in the order of their names. */
const place = '/etc/eks/nodeadm.d'
const end = 'END_OF_NODE_CONFIG'

/** First AMI release whose nodeadm reads them. */
export const dropInSince = 'v20251023'

/** What is found out at boot. */
export interface BootValues {
  readonly flags: readonly string[]
  readonly fields: Json
}

/** True when there is nothing of the kind. */
export function isNothing({ fields, flags }: BootValues): boolean {
  return flags.length === 0 && Object.keys(fields).length === 0
}

/**
 * Shell lines that write the drop-in. The document stands in an unquoted here-document: everything but
 * the marked values is escaped against the shell, and those are left to it.
 */
export function dropInLines(values: BootValues, marks: Marks): readonly string[] {
  const { fields, flags } = values
  const kubelet = {
    ...(Object.keys(fields).length === 0 ? {} : { config: fields }),
    ...(flags.length === 0 ? {} : { flags }),
  }
  const document = { apiVersion: nodeConfigApiVersion, kind: 'NodeConfig', spec: { kubelet } }
  const text = stringify(document, {
    lineWidth: 0,
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
  })
  // Without braces where that is possible: to a template engine they would be a name of its own.
  const escaped = text.replaceAll(/[\\$`]/g, '\\$&')
  // A number that the shell finds out must not become a text.
  const bare = escaped.replaceAll(/^(\s*[\w.]+: )"([\ue000-\uf8ff])"$/gm, (line, key, mark) =>
    isNumber(key.trim()) && marks.has(mark, 'boot') ? `${key}${mark}` : line,
  )
  return [
    `mkdir -p ${place}`,
    `cat > ${place}/50-boot-values.yaml <<${end}`,
    withoutBraces(bare.trimEnd(), marks),
    end,
  ]
}

function withoutBraces(text: string, marks: Marks): string {
  return text.replaceAll(/([\ue000-\uf8ff])(?![\w[\ue000-\uf8ff])/g, (letter) => {
    const mark = marks.of(letter)
    const name = mark?.kind === 'boot' ? /^\$\{(\w+)\}$/.exec(mark.source)?.[1] : undefined
    return name === undefined ? letter : `$${name}`
  })
}

const numbers =
  /^(?:maxPods|podsPerCore|podPidsLimit|maxParallelImagePulls|imageGC\w+Percent|.*QPS|.*Burst|oomScoreAdj):$/

function isNumber(key: string): boolean {
  return numbers.test(key)
}
