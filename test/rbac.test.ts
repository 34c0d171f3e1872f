/** The rights that docs/kubernetes.md asks for are those that a migration uses. */

import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { resourceOf } from '../src/kube/resources.ts'
import { migrateCluster } from '../src/run/migrate-cluster.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { buildTwin } from '../src/twin/twin.ts'
import { assert } from '../src/world/assert.ts'
import type { KubeApi } from '../src/world/kube-api.ts'
import type { KubeKind } from '../src/world/kube-objects.ts'
import { sourceAt } from './sources.ts'

interface Role {
  readonly kind: string
  readonly rules?: readonly {
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly verbs: readonly string[]
  }[]
}

/** Granted and never seen in these scenarios: removal of nodes without instance, and of the record. */
const rarelyUsed = ['delete /nodes', 'delete /configmaps']

/** `verb group/resource` of every rule in the document. */
function grantedRights(): ReadonlySet<string> {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(sourceAt('docs/kubernetes.md').text) ?? []
  const roles = parseAllDocuments(text).map((one) => one.toJS() as Role)
  const rights = roles.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    ),
  )
  return new Set(rights)
}

/** The same port; `used` learns the right that each call needs. */
function noted(kube: KubeApi, used: Set<string>): KubeApi {
  return new Proxy(kube, {
    get: (target, method) => {
      const member: unknown = Reflect.get(target, method)
      if (typeof member !== 'function' || typeof method !== 'string') return member
      return (...args: unknown[]): unknown => {
        if (method === 'evict') used.add('create /pods/eviction')
        else if (method !== 'serverVersion') {
          const { group, plural } = resourceOf(args[0] as KubeKind)
          used.add(`${method} ${group}/${plural}`)
        }
        return Reflect.apply(member, target, args)
      }
    },
  })
}

async function usedIn(name: string, used: Set<string>): Promise<void> {
  const bytes = scenarioFleetYaml(name)
  const world = scenarioWorld(name)
  assert(bytes !== undefined && world !== undefined, 'the scenario exists')
  const desired = loadFleet({ file: name, bytes }).desired?.clusters[0]
  assert(desired !== undefined, 'its fleet is right')
  const twin = buildTwin(world, { seed: '1' })
  const { aws, clock, kube } = twin.connect('regroup')
  const ports = { aws, clock, kube: noted(kube(desired.name), used) }
  const { result } = await twin.kernel.runUntil(
    migrateCluster({ desired, holder: 'regroup-test', ...ports }),
  )
  expect(result).toBe('converged')
}

it('every right that is used is granted, and every one that is granted is used', async () => {
  const used = new Set<string>()
  for (const name of ['starter', 'seed-web-shop']) await usedIn(name, used)
  const granted = grantedRights()
  expect([...used].filter((right) => !granted.has(right))).toEqual([])
  expect([...granted].filter((right) => !used.has(right) && !rarelyUsed.includes(right))).toEqual(
    [],
  )
})
