/** The EC2 half of the AWS port. Twin layer. */

import type { Ec2Api } from '../../../world/aws-api.ts'
import type { Session } from '../../kernel/session.ts'
import type { AwsAccount } from '../account.ts'
import { twinLacks } from '../lacks.ts'
import { senderFor } from '../sender.ts'
import * as templates from './launch-template.ts'
import * as operations from './operations.ts'

/** Round trip of an EC2 call. */
const latencyMs = 60

/** The port's methods. */
export function ec2Port(account: AwsAccount, session: Session): Ec2Api {
  const send = senderFor(session, 'ec2', latencyMs)
  const lacks = twinLacks(session, 'ec2')
  return {
    ...templateCalls(account, session),
    createTags: lacks('CreateTags'),
    deleteTags: lacks('DeleteTags'),
    describeImages: send(
      'DescribeImages',
      (i) => i.ImageIds?.join(','),
      (i) => operations.describeImages(account, i),
    ),
    describeInstanceTypeOfferings: send('DescribeInstanceTypeOfferings', nothing, (i) =>
      operations.describeOfferings(account, i),
    ),
    describeInstanceTypes: send('DescribeInstanceTypes', nothing, (i) =>
      operations.describeInstanceTypes(i),
    ),
    describeInstances: send(
      'DescribeInstances',
      (i) => i.InstanceIds?.join(','),
      (i) => operations.describeInstances(account, i),
    ),
    describeSecurityGroups: send('DescribeSecurityGroups', nothing, (i) =>
      operations.describeSecurityGroups(account, i),
    ),
    describeSubnets: send('DescribeSubnets', nothing, (i) =>
      operations.describeSubnets(account, i),
    ),
    terminateInstances: send(
      'TerminateInstances',
      (i) => i.InstanceIds?.join(','),
      (i) => operations.terminateInstances(account, i, session.name),
    ),
  }
}

type TemplateNames = Extract<keyof Ec2Api, `${string}LaunchTemplate${string}`>

function templateCalls(account: AwsAccount, session: Session): Pick<Ec2Api, TemplateNames> {
  const send = senderFor(session, 'ec2', latencyMs)
  return {
    createLaunchTemplate: send('CreateLaunchTemplate', templateName, (i) =>
      templates.createTemplate(account, i),
    ),
    createLaunchTemplateVersion: send('CreateLaunchTemplateVersion', templateName, (i) =>
      templates.createTemplateVersion(account, i),
    ),
    deleteLaunchTemplate: send('DeleteLaunchTemplate', templateName, (i) =>
      templates.deleteTemplate(account, i),
    ),
    describeLaunchTemplateVersions: send('DescribeLaunchTemplateVersions', templateName, (i) =>
      templates.describeTemplateVersions(account, i),
    ),
    describeLaunchTemplates: send('DescribeLaunchTemplates', nothing, (i) =>
      templates.describeTemplates(account, i),
    ),
    modifyLaunchTemplate: send('ModifyLaunchTemplate', templateName, (i) =>
      templates.modifyTemplate(account, i),
    ),
  }
}

function nothing(): string {
  return ''
}

function templateName(input: {
  LaunchTemplateName?: string | undefined
  LaunchTemplateId?: string | undefined
}): string | undefined {
  return input.LaunchTemplateName ?? input.LaunchTemplateId
}
