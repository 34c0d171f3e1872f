/** The SDK's own clients against the served twin: types, errors and pages as on AWS. Twin layer. */

import { AutoScaling } from '@aws-sdk/client-auto-scaling'
import { EC2, paginateDescribeLaunchTemplates } from '@aws-sdk/client-ec2'
import { EKS, ResourceNotFoundException, waitUntilNodegroupDeleted } from '@aws-sdk/client-eks'
import { IAM } from '@aws-sdk/client-iam'
import { ParameterNotFound, SSM } from '@aws-sdk/client-ssm'
import { STS } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Served, servedTwin } from '../../../../test/served-twin.ts'

let twin: Served
let settings: {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly maxAttempts: number
}

beforeAll(async () => {
  twin = await servedTwin()
  const { accessKeyId, endpoint, region, secretAccessKey } = twin.served.aws
  settings = { endpoint, region, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 }
})

afterAll(async () => {
  await twin.stop()
})

describe('the SDK', () => {
  it('eks: errors are of the SDK’s classes, with their members', async () => {
    const eks = new EKS(settings)
    const error = await eks
      .describeNodegroup({ clusterName: 'shop', nodegroupName: 'web' })
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ResourceNotFoundException)
    expect(error).toMatchObject({ clusterName: 'shop', $metadata: { httpStatusCode: 404 } })
    const { state } = await waitUntilNodegroupDeleted(
      { client: eks, maxWaitTime: 60, minDelay: 1 },
      { clusterName: 'shop', nodegroupName: 'web' },
    )
    expect(state).toBe('SUCCESS')
  })

  it('ec2: bytes, lists and structures come back, page by page', async () => {
    const ec2 = new EC2(settings)
    const userData = Buffer.from('#!/bin/sh\necho "<&>"\r\n').toString('base64')
    for (const name of ['one', 'two', 'three']) {
      await ec2.createLaunchTemplate({
        LaunchTemplateName: name,
        LaunchTemplateData: {
          ImageId: 'ami-1',
          UserData: userData,
          SecurityGroupIds: ['sg-1', 'sg-2'],
        },
      })
    }
    const names: (string | undefined)[] = []
    for await (const page of paginateDescribeLaunchTemplates({ client: ec2, pageSize: 2 }, {})) {
      names.push(...(page.LaunchTemplates ?? []).map((one) => one.LaunchTemplateName))
    }
    expect(names).toEqual(['one', 'two', 'three'])
    const { LaunchTemplateVersions } = await ec2.describeLaunchTemplateVersions({
      LaunchTemplateName: 'two',
    })
    expect(LaunchTemplateVersions?.[0]).toMatchObject({
      DefaultVersion: true,
      VersionNumber: 1,
      LaunchTemplateData: { UserData: userData, SecurityGroupIds: ['sg-1', 'sg-2'] },
    })
    expect(LaunchTemplateVersions?.[0]?.CreateTime).toEqual(new Date('2026-11-24T08:00:00Z'))
  })

  it('ssm: errors too', async () => {
    await expect(new SSM(settings).getParameter({ Name: '/nope' })).rejects.toBeInstanceOf(
      ParameterNotFound,
    )
  })

  it('sts, autoscaling, iam', async () => {
    expect(await new STS(settings).getCallerIdentity()).toMatchObject({ Account: '111122223333' })
    expect((await new AutoScaling(settings).describeAutoScalingGroups()).AutoScalingGroups).toEqual(
      [],
    )
    await expect(new IAM(settings).listAccountAliases()).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'the twin does not have iam:ListAccountAliases',
    })
  })
})
