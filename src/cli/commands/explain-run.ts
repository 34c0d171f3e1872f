/** What `regroup explain` does: finds the group, computes its node, prints it. Cli layer. */

import { existsSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { findingCodes, findingDoc, findingDocText } from '../../check/finding-doc.ts'
import { findGroup } from '../../fleet/find-group.ts'
import { nodeSourceOf } from '../../fleet/node-source.ts'
import { sourceChange } from '../../nodes/effective/change-need.ts'
import { changeableKeys, withChange } from '../../nodes/effective/changed-source.ts'
import { nodeDifferences, textDifferences } from '../../nodes/effective/differences.ts'
import { type EffectiveNode, effectiveNode } from '../../nodes/effective/effective-node.ts'
import type { NodeSource } from '../../nodes/effective/node-source.ts'
import { packUserData } from '../../nodes/user-data-size.ts'
import { nearest } from '../../world/documents/nearest.ts'
import type { CommandContext } from '../command-context.ts'
import { exitCode } from '../exit-code.ts'
import { readFleet } from '../fleet-file.ts'
import { Problem } from '../problem.ts'
import { explainText } from '../render/explain.ts'
import { type ExplainDiff, explainDiffText } from '../render/explain-diff.ts'
import type { ExplainFlags } from './explain.ts'

/** Runs it; the result is the exit code. @throws Problem for names that lead nowhere. */
export async function explain(
  name: string,
  flags: ExplainFlags,
  context: CommandContext,
): Promise<number> {
  const { streams } = context
  const doc = flags.file === undefined ? findingDoc(name) : undefined
  if (doc !== undefined) {
    streams.out(flags.output === 'json' ? `${JSON.stringify(doc, null, 2)}\n` : findingDocText(doc))
    return exitCode.ok
  }
  const source = fileSource(name, flags.file)
  if (flags.diff === undefined) {
    const node = effectiveNode(source)
    const json = `${JSON.stringify(node, null, 2)}\n`
    streams.out(flags.output === 'json' ? json : explainText(node, packedBytes(node, source)))
    return exitCode.ok
  }
  const diff = diffOf(source, otherSide(name, source, flags))
  const json = `${JSON.stringify(diff, null, 2)}\n`
  streams.out(flags.output === 'json' ? json : explainDiffText(diff))
  return exitCode.ok
}

/** @throws Problem with the nearest names. */
function fileSource(name: string, file: string | undefined): NodeSource {
  if (file === undefined) {
    const near = nearest(name, findingCodes())
    const hint = near === undefined ? '' : `Did you mean the code ${near}? `
    const remedy = `${hint}Give the fleet file of a group with -f.`
    throw new Problem(`where is ${name} described?`, remedy, { code: exitCode.usage })
  }
  const found = findGroup(readFleet(file), name)
  if ('group' in found) return nodeSourceOf(found.group, found.cluster, found.zone)
  const shown = found.names.map((one) => `\n      ${one}`).join('')
  const remedy = found.names.length === 0 ? `${file} has none.` : `Choose one of:${shown}`
  throw new Problem(`${file}: ${found.reason}`, remedy, { code: exitCode.findings })
}

interface Side {
  readonly from: string
  readonly to: string
  readonly source: NodeSource
  readonly losses: readonly string[]
}

function otherSide(name: string, source: NodeSource, { diff, file }: ExplainFlags): Side {
  const from = file ?? 'live'
  if (typeof diff !== 'string') {
    const remedy = `Give --diff KEY=VALUE with one of ${changeableKeys.join(', ')}, or a fleet file.`
    throw new Problem('--diff against what?', remedy, { code: exitCode.usage })
  }
  if (!diff.includes('=') || existsSync(diff)) {
    return { from, to: diff, source: fileSource(name, diff), losses: [] }
  }
  return { from, to: `${from} with ${diff}`, ...changed(source, diff) }
}

/** Several changes with commas between them. */
function changed(source: NodeSource, text: string): Pick<Side, 'losses' | 'source'> {
  let result: Pick<Side, 'losses' | 'source'> = { source, losses: [] }
  for (const one of text.split(',')) {
    const at = one.indexOf('=')
    const word = one.slice(0, Math.max(0, at))
    const key = changeableKeys.find((known) => known === word)
    if (key === undefined) {
      const near = nearest(word, changeableKeys)
      const hint = near === undefined ? '' : `Did you mean ${near}? `
      const remedy = `${hint}Use one of ${changeableKeys.join(', ')}.`
      throw new Problem(`--diff cannot change ${word || one}`, remedy, { code: exitCode.usage })
    }
    const next = withChange(result.source, key, one.slice(at + 1))
    if (typeof next === 'string') throw new Problem(next, '', { code: exitCode.usage })
    result = { source: next.source, losses: [...result.losses, ...next.losses] }
  }
  return result
}

function diffOf(source: NodeSource, { from, losses, source: other, to }: Side): ExplainDiff {
  const [first, second] = [effectiveNode(source), effectiveNode(other)]
  return {
    from,
    to,
    change: sourceChange(source, other),
    differences: nodeDifferences(first, second),
    userData: textDifferences(first.userData.text, second.userData.text),
    losses,
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
