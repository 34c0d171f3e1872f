/** What docs/check.md asks to be granted for `check --live` is what it uses, no more and no less. */

import { expect, it } from 'vitest'
import { lookAtCluster } from '../src/observe/live/look-at-cluster.ts'
import { Looker } from '../src/observe/live/looker.ts'
import { readRegion } from '../src/observe/live/region-facts.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { buildTwin } from '../src/twin/twin.ts'
import { assert } from '../src/world/assert.ts'
import { grantedActions, notedAws } from './noted-aws.ts'
import { grantedRights, notedKube } from './noted-kube.ts'

const nodeRole = 'arn:aws:iam::111122223333:role/starter-worker-nodes'

/** One question of every kind; the role has policies of every kind. */
async function ask(): Promise<{ actions: Map<string, number>; rights: Set<string> }> {
  const world = scenarioWorld('starter')
  assert(world !== undefined, 'the scenario exists')
  const twin = buildTwin(world, { seed: '1' })
  const client = twin.connect('check')
  const { iam } = client.aws as unknown as ReturnType<typeof twin.account.api>
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] })
  const RoleName = 'starter-worker-nodes'
  const group = { clusterName: 'starter', nodegroupName: 'web', nodeRole }
  const subnets = [...twin.account.subnets.keys()]
  const scalingConfig = { minSize: 0, maxSize: 1, desiredSize: 0 }
  await twin.kernel.runUntil(
    iam
      .createPolicy({ PolicyName: 'own', PolicyDocument })
      .then(({ Policy }) => iam.attachRolePolicy({ RoleName, PolicyArn: Policy?.Arn }))
      .then(() => iam.putRolePolicy({ RoleName, PolicyName: 'inline', PolicyDocument }))
      .then(() => client.aws.eks.createNodegroup({ ...group, subnets, scalingConfig })),
  )
  const actions = new Map<string, number>()
  const rights = new Set<string>()
  const aws = notedAws(client.aws, actions)
  const looker = new Looker()
  const kube = Object.assign(notedKube(client.kube('starter'), rights), { close: () => undefined })
  const questions = {
    roleArns: [nodeRole],
    instanceTypes: ['m6i.large'],
    imageIds: ['ami-1'],
    releases: ['amazon-eks-node-1.32-v20260101'],
    securityGroupIds: ['sg-1'],
    keyNames: ['ops'],
    placementGroups: ['gpu'],
  }
  const work = readRegion(aws, questions, looker).then(() =>
    lookAtCluster('starter', { aws, openKube: async () => kube }, looker),
  )
  const seen = await twin.kernel.runUntil(work)
  expect(looker.unseen).toEqual([])
  expect([...(seen.nodeGroups?.keys() ?? [])]).toEqual(['web'])
  return { actions, rights }
}

it('needs the actions and rights of docs/check.md', async () => {
  const { actions, rights } = await ask()
  expect([...actions.keys()].sort()).toEqual([...grantedActions('docs/check.md')].sort())
  expect([...rights].sort()).toEqual([...grantedRights('docs/check.md')].sort())
})
