/** Who may do what on a served cluster: access entries of EKS, and the ClusterRoles that everyone binds. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ask,
  eksToken,
  type ServedCluster,
  servedCluster,
} from '../../../../../test/served-cluster.ts'

let cluster: ServedCluster

beforeAll(async () => {
  cluster = await servedCluster()
})

afterAll(() => cluster.stop())

const policyPrefix = 'arn:aws:eks::aws:cluster-access-policy/'

/** An access entry for a key of its own; gives back the header that its EKS token makes. */
async function entry(
  key: string,
  spec: {
    readonly username?: string
    readonly kubernetesGroups?: string[]
    readonly policy?: string
    readonly namespaces?: string[]
  },
): Promise<Record<string, string>> {
  const { namespaces, policy, ...rest } = spec
  const { eks } = cluster.host.twin.account.api(cluster.host.session('test'))
  const [clusterName = ''] = cluster.host.twin.clusters.keys()
  const principalArn = `arn:aws:iam::${cluster.host.twin.account.accountId}:user/${key}`
  const { kernel } = cluster.host.twin
  await kernel.runUntil(eks.createAccessEntry({ clusterName, principalArn, ...rest }))
  if (policy !== undefined) {
    const type = namespaces === undefined ? 'cluster' : 'namespace'
    const accessScope = { type, ...(namespaces === undefined ? {} : { namespaces }) } as const
    const policyArn = policyPrefix + policy
    await kernel.runUntil(
      eks.associateAccessPolicy({ clusterName, principalArn, policyArn, accessScope }),
    )
  }
  const signedAt = new Date(cluster.clock.nowMs()).toISOString().replace(/[-:]|\.\d+/g, '')
  return { authorization: `Bearer ${eksToken(key, signedAt)}` }
}

async function codes(headers: Record<string, string>, paths: readonly string[]) {
  const heard: number[] = []
  for (const path of paths) heard.push((await ask(cluster, path, { headers })).code)
  return heard
}

async function bind(name: string, group: string, role: object, rules?: object[]): Promise<void> {
  const api = '/apis/rbac.authorization.k8s.io/v1'
  const apiGroup = 'rbac.authorization.k8s.io'
  const headers = { 'content-type': 'application/json' }
  const send = (path: string, body: object) =>
    ask(cluster, `${api}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (rules !== undefined) {
    const created = await send('clusterroles', { metadata: { name }, rules })
    expect(created.code).toBe(201)
  }
  const subjects = [{ apiGroup, kind: 'Group', name: group }]
  const roleRef = { apiGroup, kind: 'ClusterRole', name, ...role }
  const bound = await send('clusterrolebindings', {
    metadata: { name: `${name}-${group}` },
    roleRef,
    subjects,
  })
  expect(bound.code).toBe(201)
}

const nodes = '/api/v1/nodes'
const secrets = '/api/v1/namespaces/default/secrets'
const pods = '/api/v1/namespaces/default/pods'
const others = '/api/v1/namespaces/kube-system/pods'

describe('access entries', () => {
  it('bring their groups, which RBAC binds, and their name', async () => {
    const rules = [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }]
    await bind('node-reader', 'team-a', {}, rules)
    const jane = await entry('AKIAJANEJANEJANEJAN1', {
      username: 'jane',
      kubernetesGroups: ['team-a'],
    })
    expect(await codes(jane, [nodes, pods])).toEqual([200, 403])
    const { body } = await ask(cluster, pods, { headers: jane })
    expect(body).toContain('User \\"jane\\" cannot list resource \\"pods\\"')
  })

  it('of nobody’s group may do nothing', async () => {
    expect(await codes(await entry('AKIANONENONENONENON1', {}), [nodes, pods])).toEqual([403, 403])
  })

  it.each([
    { policy: 'AmazonEKSClusterAdminPolicy', codes: [200, 200, 200, 200] },
    { policy: 'AmazonEKSAdminViewPolicy', codes: [200, 200, 200, 200] },
    { policy: 'AmazonEKSViewPolicy', codes: [403, 403, 200, 200] },
    { policy: 'AmazonEKSEditPolicy', codes: [403, 200, 200, 200] },
    { policy: 'AmazonEKSAdminPolicy', namespaces: ['default'], codes: [403, 200, 200, 403] },
  ])('$policy grants by itself', async ({ codes: wanted, namespaces, policy }) => {
    const key = `AKIA${policy.slice(9).toUpperCase()}`.padEnd(20, '1').slice(0, 30)
    const scope = namespaces === undefined ? {} : { namespaces }
    const headers = await entry(key, { policy, ...scope })
    expect(await codes(headers, [nodes, secrets, pods, others])).toEqual(wanted)
  })
})

describe('ClusterRoles that every cluster has', () => {
  const as = (group: string) => ({
    'impersonate-user': 'someone',
    'impersonate-group': group,
  })

  it('are there, and bindings to them grant', async () => {
    const { body } = await ask(cluster, '/apis/rbac.authorization.k8s.io/v1/clusterroles')
    const { items } = JSON.parse(body) as { items: { metadata: { name: string } }[] }
    const names = items.map(({ metadata }) => metadata.name)
    expect(names).toEqual(expect.arrayContaining(['admin', 'cluster-admin', 'edit', 'view']))
    await bind('view', 'viewers', {})
    await bind('cluster-admin', 'admins', {})
    expect(await codes(as('viewers'), [nodes, secrets, pods])).toEqual([403, 403, 200])
    expect(await codes(as('admins'), [nodes, secrets, pods])).toEqual([200, 200, 200])
  })

  it('take over the rules of roles with their label', async () => {
    await bind('edit', 'editors', {})
    expect(await codes(as('editors'), [nodes])).toEqual([403])
    const headers = { 'content-type': 'application/json' }
    const body = {
      metadata: {
        name: 'more',
        labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' },
      },
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }],
    }
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles'
    await ask(cluster, path, { method: 'POST', headers, body: JSON.stringify(body) })
    // To view, and by way of it to edit.
    expect(await codes(as('editors'), [nodes])).toEqual([200])
  })
})
