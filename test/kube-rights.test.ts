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

/** The same from the roles that are there. */
function takeAway(verb: string, resource: string): void {
  const { store } = starter.running.host.twin.clusters.get('starter') ?? {}
  for (const kind of ['ClusterRole', 'Role'] as string[] as KubeKind[]) {
    for (const found of store?.list(kind) ?? []) {
      const role = found as unknown as Role
      if (found.metadata.name !== 'regroup' || role.rules === undefined) continue
      const rules = role.rules.map((rule) => withoutVerb(rule, verb, resource))
      store?.replace(kind, { ...role, rules } as never)
    }
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

describe('rights that are missing are told before anything is done, with the rules that would grant them', () => {
  it.each([
    {
      verb: 'list',
      resource: 'nodes',
      says: 'a ClusterRole bound to user jane or a group of it grants it with the rules\n      - {apiGroups: [""], resources: ["nodes"], verbs: [list]}',
    },
    {
      verb: 'watch',
      resource: 'poddisruptionbudgets',
      says: '- {apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: [watch]}',
    },
    {
      verb: 'create',
      resource: 'leases',
      says: 'a Role in namespace kube-system bound to user jane or a group of it grants it with the rules\n      - {apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: [create]}',
    },
    {
      verb: 'create',
      resource: 'pods/eviction',
      says: '- {apiGroups: [""], resources: ["pods/eviction"], verbs: [create]}',
    },
    {
      verb: 'patch',
      resource: 'nodes',
      says: '- {apiGroups: [""], resources: ["nodes"], verbs: [patch]}',
    },
  ])('$verb $resource', async ({ resource, says, verb }) => {
    grantAllBut(verb, resource)
    const before = starter.running.host.inputCount
    const said = await starter.migrate(...confirmed, '--kubeconfig', janesKubeconfig())
    expect(said.code).toBe(exitCode.error)
    expect(said.err).toContain(
      'error: user jane may not do in starter what this needs; nothing was touched\n',
    )
    expect(said.err).toContain(says)
    expect(starter.running.host.inputCount).toBe(before)
    expect(starter.running.host.twin.account.nodeGroups.size).toBe(0)
  })

  it('of one who may nothing, all of them', async () => {
    const said = await starter.migrate(...confirmed, '--kubeconfig', janesKubeconfig())
    expect(said.err).toContain(
      '{apiGroups: [""], resources: ["nodes"], verbs: [get, list, watch, patch, delete]}',
    )
    expect(said.err.match(/ - \{apiGroups/g)).toHaveLength(14)
  })

  it('a look needs the reading ones only', async () => {
    grantAllBut('patch', 'nodes')
    const said = await starter.migrate('--read-only', '--kubeconfig', janesKubeconfig())
    expect(said.err).not.toContain('may not')
    expect(said.code).toBe(exitCode.ok)
  })
})

describe('a right that is taken away in mid-run ends it with the rule that would grant it', () => {
  it.each([
    {
      verb: 'create',
      resource: 'pods/eviction',
      says: /create Pod \S+\/eviction: pods "\S+" is forbidden: User "jane" cannot create resource "pods\/eviction" in API group "" in the namespace "\S+"; a Role in namespace \S+ \(or a ClusterRole\) bound to user jane or a group of it grants it with the rule \{apiGroups: \[""\], resources: \["pods\/eviction"\], verbs: \["create"\]\}/,
    },
  ])('$verb $resource', async ({ resource, says, verb }) => {
    grantAllBut('none', 'none')
    const { account } = starter.running.host.twin
    account.onChange((change) => {
      if (change.kind === 'node-group') takeAway(verb, resource)
    })
    const said = await starter.migrate(...confirmed, '--kubeconfig', janesKubeconfig())
    expect(said.code).toBe(exitCode.error)
    expect(said.out + said.err).toMatch(says)
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
