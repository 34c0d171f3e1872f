/** EC2 instance types: the facts that nodes are made of. Nodes layer, pure. */

import table from '../../data/instance-types.json' with { type: 'json' }

/** One instance type. */
export interface InstanceType {
  readonly name: string
  /** Kubernetes spelling. */
  readonly arch: 'amd64' | 'arm64'
  readonly vcpuCount: number
  readonly memoryMiB: number
  /** Network interfaces of card 0, the one that max-pods counts. */
  readonly eniCount: number
  readonly ipv4PerEniCount: number
  readonly isSpotOffered: boolean
  /** NVIDIA GPUs; 0 for none. */
  readonly gpuCount: number
}

type Row = readonly [string, string, number, number, number, number, number, number]

const byName = new Map((table.rows as unknown as readonly Row[]).map((row) => [row[0], row]))

/** Facts of a type; undefined for unknown names. Table of 2026-08, see data/instance-types.json. */
export function instanceType(name: string): InstanceType | undefined {
  const row = byName.get(name)
  if (row === undefined) return undefined
  return {
    name: row[0],
    arch: row[1] === 'arm64' ? 'arm64' : 'amd64',
    vcpuCount: row[2],
    memoryMiB: row[3],
    eniCount: row[4],
    ipv4PerEniCount: row[5],
    isSpotOffered: row[6] === 1,
    gpuCount: row[7],
  }
}

/** All names, in the table's order. */
export function instanceTypeNames(): readonly string[] {
  return [...byName.keys()]
}
