/** The actions that docs/migrate.md asks for are those that a migration calls. */

import { expect, it } from 'vitest'
import { type AwsService, awsCall } from '../src/aws/operation.ts'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { migrateCluster } from '../src/run/migrate-cluster.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { buildTwin } from '../src/twin/twin.ts'
import { assert } from '../src/world/assert.ts'
import type { AwsApi } from '../src/world/aws-api.ts'
import { sourceAt } from './sources.ts'

/** Granted and never seen in these scenarios: their groups have no warm pools. */
const rarelyUsed = ['autoscaling:DeleteWarmPool']
/** Checked by EKS on behalf of the caller: no call of ours. */
const checkedByEks = ['iam:PassRole', 'ec2:RunInstances', 'ec2:CreateTags']

function grantedActions(): ReadonlySet<string> {
  const [, text = ''] = /```json\n([\s\S]*?)```/.exec(sourceAt('docs/migrate.md').text) ?? []
  const { Statement } = JSON.parse(text) as { Statement: readonly { Action: readonly string[] }[] }
  return new Set(Statement.flatMap(({ Action }) => Action))
}

/** Calls by action. */
type Used = Map<string, number>

function noted(aws: AwsApi, used: Used): AwsApi {
  const service = <Api extends object>(name: AwsService, api: Api): Api =>
    new Proxy(api, {
      get: (target, method) => {
        const member: unknown = Reflect.get(target, method)
        if (typeof member !== 'function' || typeof method !== 'string') return member
        return (...args: unknown[]): unknown => {
          const { action } = awsCall(aws.region, name, method, args[0])
          used.set(action, (used.get(action) ?? 0) + 1)
          return Reflect.apply(member, target, args)
        }
      },
    })
  return {
    region: aws.region,
    autoScaling: service('autoScaling', aws.autoScaling),
    ec2: service('ec2', aws.ec2),
    eks: service('eks', aws.eks),
    iam: service('iam', aws.iam),
    ssm: service('ssm', aws.ssm),
    sts: service('sts', aws.sts),
  }
}

async function usedIn(name: string, used: Used): Promise<void> {
  const bytes = scenarioFleetYaml(name)
  const world = scenarioWorld(name)
  assert(bytes !== undefined && world !== undefined, 'the scenario exists')
  const desired = loadFleet({ file: name, bytes }).desired?.clusters[0]
  assert(desired !== undefined, 'its fleet is right')
  const twin = buildTwin(world, { seed: '1' })
  const { aws, clock, kube } = twin.connect('regroup')
  const ports = { aws: noted(aws, used), clock, kube: kube(desired.name) }
  const { result } = await twin.kernel.runUntil(
    migrateCluster({ desired, holder: 'regroup-test', ...ports }),
  )
  expect(result).toBe('converged')
}

it('every action that is called is granted, and every one that is granted is called', async () => {
  const used: Used = new Map()
  for (const name of ['starter', 'seed-web-shop']) await usedIn(name, used)
  // `latest` is resolved once for the whole run of each, then frozen: one batch of names.
  expect(used.get('ssm:GetParameters')).toBe(2)
  const granted = grantedActions()
  expect([...used.keys()].filter((action) => !granted.has(action))).toEqual([])
  const known = new Set([...used.keys(), ...rarelyUsed, ...checkedByEks])
  expect([...granted].filter((action) => !known.has(action))).toEqual([])
})
