/** What `regroup explain` does: finds the group, computes its node, prints it. Cli layer. */

import { gzipSync } from 'node:zlib'
import { findingDoc, findingDocText } from '../../check/finding-doc.ts'
import { sourceChange } from '../../nodes/effective/change-need.ts'
import { nodeDifferences, textDifferences } from '../../nodes/effective/differences.ts'
import { type EffectiveNode, effectiveNode } from '../../nodes/effective/effective-node.ts'
import type { NodeSource } from '../../nodes/effective/node-source.ts'
import { packUserData } from '../../nodes/user-data-size.ts'
import type { CommandContext } from '../command-context.ts'
import { exitCode } from '../exit-code.ts'
import { explainText } from '../render/explain.ts'
import { type ExplainDiff, explainDiffText } from '../render/explain-diff.ts'
import type { ExplainFlags } from './explain.ts'
import { alignedSide, firstSide, type Side, secondSide } from './explain-sides.ts'

/** Runs it; the result is the exit code. @throws Problem for names that lead nowhere. */
export async function explain(
  name: string,
  flags: ExplainFlags,
  { streams }: CommandContext,
): Promise<number> {
  const print = (value: unknown, text: string): number => {
    streams.out(flags.output === 'json' ? `${JSON.stringify(value, null, 2)}\n` : text)
    return exitCode.ok
  }
  const isNamed = flags.file === undefined && flags.live !== true
  const doc = isNamed ? findingDoc(name) : undefined
  if (doc !== undefined) return print(doc, findingDocText(doc))
  const say = (text: string): void => streams.err(text)
  const first = await firstSide(name, flags, say)
  if (flags.diff === undefined) {
    const node = effectiveNode(first.source, first.newestRelease)
    return print(node, explainText(node, packedBytes(node, first.source)))
  }
  const second = await secondSide(first, name, flags, say)
  const isLive = flags.live === true && flags.diff === true
  const diff = diffOf(isLive ? alignedSide(name, flags.file, second) : first, second)
  return print(diff, explainDiffText(diff))
}

function diffOf(from: Side, to: Side): ExplainDiff {
  const [first, second] = [from, to].map(({ newestRelease, source }) =>
    effectiveNode(source, newestRelease),
  ) as [EffectiveNode, EffectiveNode]
  return {
    from: from.name,
    to: to.name,
    change: sourceChange(from.source, to.source),
    differences: nodeDifferences(first, second),
    userData: textDifferences(first.userData.text, second.userData.text),
    losses: to.losses,
  }
}

/** Undefined where the text travels as it is. */
function packedBytes(node: EffectiveNode, source: NodeSource): number | undefined {
  const packed = packUserData(node.userData.text, {
    family: source.family,
    isCustomAmi: node.mode === 'own',
    gzip: (bytes) => gzipSync(bytes, { level: 9 }),
  })
  return packed.isGzipped ? packed.gauge.bytes : undefined
}
