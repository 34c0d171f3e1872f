/** What ends `regroup migrate` at the API server: a right that is missing, a lease that is lost. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { exitCode } from '../src/cli/exit-code.ts'
import { kubeFaultSchema } from '../src/twin/wire/kube-fault.ts'
import type { KubeKind, KubeObject } from '../src/world/kube-objects.ts'
import { type ServedStarter, servedStarter } from './served-starter.ts'
import { control } from './served-twin.ts'
import { sourceAt } from './sources.ts'

let starter: ServedStarter

beforeEach(async () => {
  starter = await servedStarter()
})

afterEach(() => starter.stop())

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

type Role = KubeObject & {
  readonly kind: string
  readonly rules?: readonly Rule[]
  readonly subjects?: unknown
}

/** The roles of docs/kubernetes.md without one verb on one resource, bound to jane. */
function grantAllBut(verb: string, resource: string): void {
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(sourceAt('docs/kubernetes.md').text) ?? []
  const { store } = starter.running.host.twin.clusters.get('starter') ?? {}
  for (const document of parseAllDocuments(text)) {
    const role = document.toJS() as Role
    const rules = role.rules?.map((rule) => withoutVerb(rule, verb, resource))
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }]
    const changed = { ...role, ...(rules === undefined ? { subjects } : { rules }) }
    store?.create(role.kind as KubeKind, changed as never)
  }
}

function withoutVerb(rule: Rule, verb: string, resource: string): Rule {
  if (!rule.resources.includes(resource)) return rule
  return { ...rule, verbs: rule.verbs.filter((one) => one !== verb) }
}

/** A kubeconfig in the folder whose user acts as jane. */
function janesKubeconfig(): string {
  const config = parse(starter.kubeconfigs.get('starter') ?? '') as {
    users: [{ user: Record<string, unknown> }]
  }
  config.users[0].user.as = 'jane'
  const path = join(starter.folder, 'kubeconfig')
  writeFileSync(path, stringify(config), { mode: 0o600 })
  return path
}

const confirmed = ['--confirm', 'starter', '-q'] as const

describe('a right that is missing ends it with the rule that would grant it', () => {
  it.each([
    {
      verb: 'list',
      resource: 'nodes',
      says: 'list nodes: nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope; a ClusterRole bound to user jane or a group of it grants it with the rule {apiGroups: [""], resources: ["nodes"], verbs: ["list"]}',
    },
    {
      verb: 'watch',
      resource: 'poddisruptionbudgets',
      says: 'watch poddisruptionbudgets: poddisruptionbudgets.policy is forbidden: User "jane" cannot watch resource "poddisruptionbudgets" in API group "policy" at the cluster scope; a ClusterRole bound to user jane or a group of it grants it with the rule {apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: ["watch"]}',
    },
    {
      verb: 'create',
      resource: 'leases',
      says: 'create Lease kube-system/regroup: leases.coordination.k8s.io is forbidden: User "jane" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "kube-system"; a Role in namespace kube-system (or a ClusterRole) bound to user jane or a group of it grants it with the rule {apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"]}',
    },
    {
      verb: 'create',
      resource: 'pods/eviction',
      says: /create Pod \S+\/eviction: pods "\S+" is forbidden: User "jane" cannot create resource "pods\/eviction" in API group "" in the namespace "\S+"; a Role in namespace \S+ \(or a ClusterRole\) bound to user jane or a group of it grants it with the rule \{apiGroups: \[""\], resources: \["pods\/eviction"\], verbs: \["create"\]\}/,
    },
  ])('$verb $resource', async ({ resource, says, verb }) => {
    grantAllBut(verb, resource)
    const said = await starter.migrate(...confirmed, '--kubeconfig', janesKubeconfig())
    expect(said.code).toBe(exitCode.error)
    const text = said.out + said.err
    if (typeof says === 'string') expect(text).toContain(says)
    else expect(text).toMatch(says)
  })
})

describe('a lease that someone takes in mid-run', () => {
  it('ends it with the exit code for that, and says who has it', async () => {
    const kube = kubeFaultSchema.parse({
      kind: 'lease-taken',
      resource: 'pods/eviction',
      count: 1,
      holder: 'her',
    })
    await control(starter.running, 'POST /faults', { kube })
    const said = await starter.migrate(...confirmed)
    expect(said.code).toBe(exitCode.leaseLost)
    expect(said.out).toContain('her has taken the lease of the cluster; nothing more is written')
  })
})
