/** The built-in worlds, whole: what must come out of each, and why where it does not all come out. */

import { describe, expect, it } from 'vitest'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { rehearseMigration } from '../src/run/rehearse.ts'
import type { RehearsalReport } from '../src/run/report.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'

/** Codes of blockers and how many of each; empty = the world converges. */
type Codes = Readonly<Record<string, number>>

/** `keptNodes`: old nodes that only a human can free, by pods on them that are blocked. */
const rows: readonly { name: string; keptNodes: number; codes: Codes }[] = [
  { name: 'starter', keptNodes: 0, codes: {} },
  { name: 'batch', keptNodes: 0, codes: {} },
  // Harbor: one volume that all replicas share; budgets of 80 % over one pod.
  { name: 'gitops-platform', keptNodes: 4, codes: { PDBZero: 2, VolumeStuck: 4 } },
  { name: 'notebooks-gpu', keptNodes: 14, codes: { Bare: 185 } },
  // Three whitehall-admin and three workers, each on one volume.
  { name: 'multi-arch-mixed', keptNodes: 1, codes: { VolumeStuck: 6 } },
  { name: 'public-sector-arm64', keptNodes: 2, codes: { VolumeStuck: 6 } },
  // Fifteen nodes have a pod that may never leave; what they keep is missing for the last three of them.
  { name: 'data-heavy', keptNodes: 15, codes: { PDBZero: 30, 'surge/held': 1 } },
  {
    name: 'pdb-hostile',
    keptNodes: 6,
    codes: { Bare: 5, PDBMultiple: 6, PDBZero: 23, UnhealthyGuarded: 6 },
  },
]

describe.each(rows)('$name', ({ codes, keptNodes, name }) => {
  const world = scenarioWorld(name)!
  const { desired } = loadFleet({ file: `${name}.yaml`, bytes: scenarioFleetYaml(name)! })
  const done = rehearseMigration({ world, fleet: desired!, seed: '1', engine: 'regroup' })

  it('ends as it must, for these reasons and no others', async () => {
    const report = await done
    expect(codesOf(report)).toEqual(codes)
    expect(report.result).toBe(Object.keys(codes).length === 0 ? 'converged' : 'blocked')
  })

  it('breaks no rule, loses no pod, sends no eviction that its budget refuses', async () => {
    const { invariants, pods } = await done
    expect(invariants.broken).toEqual([])
    expect(pods).toMatchObject({ lost: 0, evictionsRefused: 0 })
  })

  it('finishes everything else: only nodes with blocked pods are left', async () => {
    const { blocked, nodes, oldGroupsRemaining } = await done
    const oldCount = world.clusters[0]!.groups.reduce((sum, one) => sum + one.desiredCapacity, 0)
    const kept = new Set(blocked.flatMap((one) => one.node ?? []))
    expect(kept.size).toBe(keptNodes)
    expect(nodes.removed).toBe(oldCount - keptNodes)
    expect(oldGroupsRemaining.length).toBeLessThanOrEqual(keptNodes)
  })

  it('tells a human all there is to know about each', async () => {
    for (const one of (await done).blocked) {
      expect(one.reason).toMatch(/^[a-z].*[^.]$/)
      expect(one.remedy).toMatch(/^[A-Z].*\.$/)
      expect(one.next).toMatch(/^[A-Z].*\.$/)
      if (one.node !== undefined) expect(one.command).toMatch(/^kubectl -n [\w-]+ [a-z]/)
    }
  })
})

function codesOf({ blocked }: RehearsalReport): Codes {
  const codes: Record<string, number> = {}
  for (const { code } of blocked) codes[code] = (codes[code] ?? 0) + 1
  return codes
}
