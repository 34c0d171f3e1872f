/** `regroup explain` as people type it, offline. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EffectiveNode } from '../src/nodes/effective/effective-node.ts'
import { regroup } from './program.ts'
import { root } from './sources.ts'

const file = 'examples/acme/fleet.yaml'
const name = 'eu-1/eu-1-0-spot-arm64'

/** What a run of `explain` loads at once: imports of imports, without those of types. */
function loadedBy(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  const text = path.endsWith('.ts') ? readFileSync(join(root, path), 'utf8') : ''
  for (const [, clause = '', from = ''] of text.matchAll(
    /^import (?!type\b)([^;]*?)from '([^']+)'/gm,
  )) {
    const isTypes = /^\{\s*(?:type [\w ]+,?\s*)+\}\s*$/.test(clause)
    if (isTypes) continue
    if (from.startsWith('.')) loadedBy(join(dirname(path), from), seen)
    else seen.add(from)
  }
  return seen
}

describe('explain', () => {
  it('shows every section with the place of each value', async () => {
    const { code, out } = await regroup('explain', name, '-f', file)
    expect(code).toBe(0)
    expect(out).toContain('imageGCHighThresholdPercent: 70')
    expect(out).toMatch(/lifecycle=spot +examples\/acme\/fleet\.yaml:\d+:\d+/)
    for (const title of [
      'AMI',
      'User data, final',
      'Kubelet flags, in their order',
      'Kubelet configuration',
      'Room by instance type',
      'Labels of the node',
      'Taints of the node',
      'cluster-autoscaler at zero nodes: labels',
      'cluster-autoscaler at zero nodes: taints',
      'cluster-autoscaler at zero nodes: resources',
      'Notes',
    ]) {
      expect(out).toContain(`\n${title}\n`)
    }
  })

  it('says the same as JSON', async () => {
    const { out } = await regroup('explain', name, '-f', file, '-o', 'json')
    const node = JSON.parse(out) as EffectiveNode
    expect(node.room.map(({ maxPods }) => maxPods)).toEqual([58, 58])
    expect(node.taints[0]?.origin).toEqual({
      by: 'fleet file',
      place: expect.stringMatching(/^examples\/acme\/fleet\.yaml:\d+:\d+$/),
    })
  })

  it('loads no module of AWS, and no twin', () => {
    const loaded = [...loadedBy('src/cli/commands/explain-run.ts')]
    expect(loaded.length).toBeGreaterThan(40)
    expect(loaded.filter((one) => /aws-sdk|^src\/(?:aws|twin|kube)\//.test(one))).toEqual([])
  })

  it.each([
    [['explain', name], 64, 'Give the fleet file of a group with -f'],
    [['explain', 'fleet/unknown-keys'], 64, 'Did you mean the code fleet/unknown-key?'],
    [['explain', 'eu-1/eu-1-0-spt-arm64', '-f', file], 3, 'eu-1/eu-1-$(azIndex)-spot-arm64'],
    [['explain', name, '-f', file, '-o', 'yaml'], 64, 'Use text or json'],
    [['explain', name, '-f', file, '--diff', 'amiFamly=x'], 64, 'Did you mean amiFamily?'],
    [['explain', name, '-f', file, '--diff', 'amiFamily=x'], 64, 'amiFamily is one of'],
    [['explain', name, '-f', file, '--diff'], 64, 'Give KEY=VALUE'],
    [['explain', name, '-f', 'no.yaml'], 3, 'no.yaml'],
  ])('%j ends with %i', async (args, code, text) => {
    const said = await regroup(...args)
    expect(said.code).toBe(code)
    expect(said.err).toContain(text)
  })
})

describe('explain CODE', () => {
  it.each([
    ['LT-1', 'instance profile'],
    ['lt-1', 'instance profile'],
    ['fleet/reserved-label', 'docs/findings.md'],
  ])('%s', async (code, part) => {
    const said = await regroup('explain', code)
    expect(said.code).toBe(0)
    expect(said.out).toContain(part)
    expect(JSON.parse((await regroup('explain', code, '-o', 'json')).out)).toHaveProperty('cause')
  })
})

describe('explain --diff', () => {
  it('names what EKS needs, what a node gets and how its user data changes', async () => {
    const args = ['explain', name, '-f', file, '--diff', 'amiFamily=Bottlerocket']
    const { code, out } = await regroup(...args)
    expect(code).toBe(0)
    expect(out).toContain('What EKS needs: a replacement')
    expect(out).toMatch(/ami\.amiType +AL2023_ARM_64_STANDARD -> BOTTLEROCKET_ARM_64/)
    expect(out).toContain('\n  + image-gc-high-threshold-percent = 70\n')
  })

  it('compares with another file: the same file makes no difference', async () => {
    const { out } = await regroup('explain', name, '-f', file, '--diff', file)
    expect(out).toContain('No difference for a node.')
  })
})
