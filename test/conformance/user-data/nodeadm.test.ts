/** `nodeadm config check`, the reader on the node, over every NodeConfig that we render. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { isRecord } from '../../../src/nodes/field-schema.ts'
import { nodeConfigFaults, nodeConfigText } from '../../../src/nodes/node-config.ts'
import {
  convertedDocuments,
  mergedDocuments,
  nodeConfigsIn,
  renderedDocuments,
} from './documents.ts'

const program = process.env.NODEADM ?? 'nodeadm'
/** The published module is older than these: it drops them, as real nodes of that age do. */
const isOldJudge = process.env.NODEADM_KNOWS === 'v20240229'
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nodeadm-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

/** What nodeadm refuses it for; empty when it is valid. */
function verdictOn(text: string): string {
  const path = join(folder, 'node-config.yaml')
  writeFileSync(path, text)
  const { status, stderr, stdout } = spawnSync(program, ['config', 'check', '-c', `file://${path}`])
  if (status === 0) return ''
  return /"error":"((?:[^"\\]|\\.)*)"/.exec(`${stdout}${stderr}`)?.[1] ?? `exit ${status}`
}

/** Paths that the judge of early 2024 does not have; they are taken out before it looks. */
const newerFields = [
  'spec.containerd.baseRuntimeSpec',
  'spec.featureGates',
  'spec.instance.environment',
  'spec.instance.localStorage.disabledMounts',
  'spec.instance.localStorage.mountPath',
  'spec.instance.network',
  'spec.kubelet.maxPodsExpression',
] as const

const takenOut = new Set<string>()

function forJudge(text: string): string {
  if (!isOldJudge) return text
  const document: unknown = parse(text)
  for (const path of newerFields) {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    const parent = keys.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), document)
    if (isRecord(parent) && last in parent) {
      delete (parent as Record<string, unknown>)[last]
      takenOut.add(path)
    }
  }
  return nodeConfigText(isRecord(document) ? document : {})
}

const facts = {
  name: 'shop',
  apiServerEndpoint: 'https://1.eks.amazonaws.com',
  certificateAuthority: 'Q0E=',
  cidr: '10.100.0.0/16',
}

/** EKS brings the facts where the document has none. */
function withFacts(text: string): string {
  const document: unknown = parse(text)
  if (!isRecord(document) || !isRecord(document.spec)) return text
  const { cluster } = document.spec
  const spec = { ...document.spec, cluster: { ...facts, ...(isRecord(cluster) ? cluster : {}) } }
  return nodeConfigText({ ...document, spec })
}

function nodeConfig(spec: unknown, head: object = {}): string {
  const top = { apiVersion: 'node.eks.aws/v1alpha1', kind: 'NodeConfig', ...head }
  return stringify({ ...top, spec })
}

describe('nodeadm takes', () => {
  const rendered = nodeConfigsIn(renderedDocuments(60, ['AmazonLinux2023'])).filter(({ name }) =>
    name.includes('custom'),
  )
  const explained = nodeConfigsIn(mergedDocuments(40)).filter(({ text }) =>
    text.includes('apiServerEndpoint'),
  )

  it.each(rendered.map(({ name, text }) => [name, text] as const))('%s', (_, text) => {
    expect(verdictOn(forJudge(text))).toBe('')
  })

  it.each(explained.map(({ name, text }) => [name, text] as const))(
    'the NodeConfig of EKS in %s',
    (_, text) => {
      expect(verdictOn(forJudge(text))).toBe('')
    },
  )

  const converted = nodeConfigsIn(convertedDocuments())
  it.each(converted.map(({ name, text }) => [name, text] as const))('%s', (_, text) => {
    expect(verdictOn(forJudge(withFacts(text)))).toBe('')
  })

  it('enough of them, and says what an old judge was not shown', () => {
    expect(rendered.length).toBeGreaterThan(50)
    expect(explained).toHaveLength(40)
    expect(converted.length).toBeGreaterThan(15)
    if (takenOut.size === 0) return
    process.stderr.write(`nodeadm of 2024-02-29 was not shown ${[...takenOut].sort().join(', ')}\n`)
  })
})

describe('nodeadm and we refuse', () => {
  it.each([
    ['another apiVersion', nodeConfig({ cluster: facts }, { apiVersion: 'node.eks.aws/v1alpha' })],
    ['another kind', nodeConfig({ cluster: facts }, { kind: 'NodeConfiguration' })],
    ['a CA that is not base64', nodeConfig({ cluster: { ...facts, certificateAuthority: '%' } })],
    ['flags that are no list', nodeConfig({ cluster: facts, kubelet: { flags: '--v=2' } })],
    ['a flag that is no text', nodeConfig({ cluster: facts, kubelet: { flags: [{ v: 2 }] } })],
    ['a name that is no text', nodeConfig({ cluster: { ...facts, name: { a: 'b' } } })],
    ['a kubelet config that is a list', nodeConfig({ cluster: facts, kubelet: { config: [1] } })],
    [
      'a containerd config that is a map',
      nodeConfig({ cluster: facts, containerd: { config: {} } }),
    ],
    ['a spec that is a list', nodeConfig([])],
    ['a name that YAML 1.1 reads as true', nodeConfig({ cluster: facts }).replace('shop', 'on')],
    ['no YAML', 'apiVersion: [\n'],
  ])('%s', (_, text) => {
    expect(verdictOn(text)).not.toBe('')
    expect(nodeConfigFaults(text)).not.toEqual([])
  })
})

describe('nodeadm drops in silence what we refuse', () => {
  it.each([
    ['an unknown field of the cluster', { cluster: { ...facts, clusterEndpoint: 'https://x' } }],
    ['an unknown field of the spec', { cluster: facts, kublet: {} }],
    ['an unknown field of the kubelet', { cluster: facts, kubelet: { maxPods: 50 } }],
    [
      'a KubeletConfiguration field of a wrong type',
      { cluster: facts, kubelet: { config: { maxPods: 'many' } } },
    ],
  ])('%s (deviates)', (_, spec) => {
    const text = nodeConfig(spec)
    expect(verdictOn(text)).toBe('')
    expect(nodeConfigFaults(text)).not.toEqual([])
  })
})
