/** Placeholders filled with samples, so that what they stand in can be checked. Nodes layer, pure. */

import type { Bootstrap, ClusterFacts } from '../bootstrap.ts'
import { kubeletFieldFaults } from '../kubelet-faults.ts'
import { type Json, type Marks, mapTexts, textsIn } from './marks.ts'

/** Tried in turn: the first that the field takes tells its type. */
const samples = [
  'x',
  '10.0.0.10',
  '1',
  '60',
  '90',
  'true',
  '1m',
  '5%',
  '0-1',
  '1Gi',
  'none',
  'pod',
  'static',
]
const mark = /[\ue000-\uf8ff]/g

/** Sample facts for those that hold a placeholder. */
const sampleFacts: ClusterFacts = {
  name: 'sample',
  endpoint: 'https://sample.example.com',
  certificateAuthority: 'c2FtcGxl',
  serviceCidr: '10.100.0.0/16',
}

/** A value with samples, and whether a placeholder in it is a number or a truth rather than a text. */
export interface Filled {
  readonly value: unknown
  readonly isBare: boolean
}

/** The value of a kubelet field with a sample in place of each placeholder. */
export function filledField(field: string, value: unknown): Filled {
  if (!textsIn(value).some((text) => /[\ue000-\uf8ff]/.test(text))) return { value, isBare: false }
  for (const sample of samples) {
    for (const isBare of [false, true]) {
      const filled = mapTexts(value, (text) => fill(text, sample, isBare))
      if (kubeletFieldFaults({ [field]: filled }).length === 0) return { value: filled, isBare }
    }
  }
  return { value: mapTexts(value, (text) => fill(text, 'x', false)), isBare: false }
}

function fill(text: string, sample: string, isBare: boolean): unknown {
  const isWhole = text.length === 1 && text.replaceAll(mark, '') === ''
  if (!isBare || !isWhole) return text.replaceAll(mark, sample)
  if (sample === 'true') return true
  return /^\d+$/.test(sample) ? Number(sample) : sample
}

/** A bootstrap without placeholders, for the checks of its family. */
export function filledBootstrap(bootstrap: Bootstrap, marks: Marks): Bootstrap {
  const { cluster, kubelet, kubeletFlags, parts: _, ...others } = bootstrap
  const rest = mapTexts(others, (text) => text.replaceAll(mark, 'x')) as Omit<
    Bootstrap,
    'cluster' | 'kubelet'
  >
  const fields = Object.entries(kubelet).map(([field, value]) => [
    field,
    filledField(field, value).value,
  ])
  const flags = (kubeletFlags ?? []).filter((flag) => marks.in(flag).length === 0)
  return {
    ...rest,
    kubelet: Object.fromEntries(fields) as Json,
    cluster: cluster === undefined ? undefined : filledFacts(cluster),
    ...(flags.length === 0 ? {} : { kubeletFlags: flags }),
  }
}

function filledFacts(cluster: ClusterFacts): ClusterFacts {
  const facts = Object.entries(cluster).map(([fact, value]) => [
    fact,
    /[\ue000-\uf8ff]/.test(value) ? sampleFacts[fact as keyof ClusterFacts] : value,
  ])
  return Object.fromEntries(facts) as ClusterFacts
}
