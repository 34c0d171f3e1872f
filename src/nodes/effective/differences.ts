/** What differs between two effective nodes. Nodes layer, pure. */

import type { EffectiveNode } from './effective-node.ts'

/** One thing that differs; undefined = it is only on the other side. */
export interface NodeDifference {
  /** e.g. `kubelet.config.maxPods`, `labels.team`. */
  readonly path: string
  readonly from: string | undefined
  readonly to: string | undefined
}

/** A line of two texts; `same` lines are kept, so that both can be read off. */
export interface TextLine {
  readonly kind: 'same' | 'only in first' | 'only in second'
  readonly text: string
}

/** In the order of sections; origins do not count, only what the node gets. */
export function nodeDifferences(from: EffectiveNode, to: EffectiveNode): readonly NodeDifference[] {
  const [first, second] = [valuesOf(from), valuesOf(to)]
  const paths = [...new Set([...first.keys(), ...second.keys()])]
  return paths
    .filter((path) => first.get(path) !== second.get(path))
    .map((path) => ({ path, from: first.get(path), to: second.get(path) }))
}

function valuesOf(node: EffectiveNode): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  const put = (path: string, value: unknown): void => {
    if (value !== undefined)
      values.set(path, typeof value === 'string' ? value : JSON.stringify(value))
  }
  put('kubernetesVersion', node.kubernetesVersion)
  put('capacityType', node.capacityType)
  put('mode', node.mode)
  const { amiType, family, imageId, releaseVersion } = node.ami
  put('ami.family', family)
  put('ami.amiType', amiType)
  put('ami.imageId', imageId)
  put('ami.releaseVersion', releaseVersion)
  put('userData.bytes', node.userData.gauge.bytes)
  const flags = new Map<string, string>()
  for (const { flag } of node.kubelet.flags) {
    const [name = '', ...rest] = flag.split('=')
    flags.set(name, [...(flags.has(name) ? [flags.get(name)] : []), rest.join('=')].join(' '))
  }
  for (const [name, value] of flags) put(`kubelet.flags.${name}`, value)
  for (const { field, value } of node.kubelet.config) put(`kubelet.config.${field}`, value)
  for (const type of node.room) {
    const path = `room.${type.instanceType}`
    put(`${path}.maxPods`, type.maxPods)
    put(`${path}.kubeReserved.cpu`, `${type.kubeReserved.cpuMilli}m`)
    put(`${path}.kubeReserved.memory`, `${type.kubeReserved.memoryMiB}Mi`)
    put(`${path}.allocatable.cpu`, `${type.allocatable.cpuMilli}m`)
    put(`${path}.allocatable.memory`, `${type.allocatable.memoryMiB}Mi`)
  }
  for (const { key, value } of node.labels) put(`labels.${key}`, value)
  for (const { effect, key, value = '' } of node.taints) put(`taints.${key}:${effect}`, value)
  for (const { key, value } of node.autoscaler.labels) put(`autoscaler.labels.${key}`, value)
  for (const { effect, key, value } of node.autoscaler.taints) {
    put(`autoscaler.taints.${key}:${effect}`, value)
  }
  for (const { name, value } of node.autoscaler.resources)
    put(`autoscaler.resources.${name}`, value)
  return values
}

/** Longer texts are compared as one block: user data has 16 KB at most. */
const linesMax = 2000

/** A shortest edit from one text to the other, line by line. */
export function textDifferences(from: string, to: string): readonly TextLine[] {
  const [a, b] = [linesOf(from), linesOf(to)]
  if (a.length > linesMax || b.length > linesMax) {
    return [
      ...a.map((text): TextLine => ({ kind: 'only in first', text })),
      ...b.map((text): TextLine => ({ kind: 'only in second', text })),
    ]
  }
  const lengths = commonLengths(a, b)
  const lines: TextLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i] ?? '' })
      i += 1
      j += 1
    } else if (
      j >= b.length ||
      (i < a.length && lengthAt(lengths, i + 1, j) >= lengthAt(lengths, i, j + 1))
    ) {
      lines.push({ kind: 'only in first', text: a[i] ?? '' })
      i += 1
    } else {
      lines.push({ kind: 'only in second', text: b[j] ?? '' })
      j += 1
    }
  }
  return lines
}

function linesOf(text: string): readonly string[] {
  if (text === '') return []
  return text.replace(/\n$/, '').split('\n')
}

function lengthAt(lengths: readonly (readonly number[])[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0
}

/** Length of the longest common run of lines from each pair of places on. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: a.length + 1 }, () =>
    new Array<number>(b.length + 1).fill(0),
  )
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i]
      if (row === undefined) continue
      row[j] =
        a[i] === b[j]
          ? lengthAt(lengths, i + 1, j + 1) + 1
          : Math.max(lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1))
    }
  }
  return lengths
}
