// aws-cli, unmodified: what an operator does by hand, from creation to deletion, and what is refused.
import { writeFileSync } from 'node:fs'
import { expectEqual, expectText, newSuite, run } from './suite.mjs'

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const found = await run('aws', ['--version']).catch(() => undefined)
  return found?.code === 0 ? undefined : 'aws is not on PATH'
}

/** The account that the suite works in: made by the suite itself. */
async function prepare(aws) {
  const vpc = (await aws('ec2 create-vpc --cidr-block 10.40.0.0/16')).Vpc.VpcId
  const subnets = []
  for (const [index, zone] of ['a', 'b', 'c'].entries()) {
    const { Subnet } = await aws(
      `ec2 create-subnet --vpc-id ${vpc} --cidr-block 10.40.${index}.0/24 --availability-zone eu-west-1${zone}`,
    )
    subnets.push(Subnet.SubnetId)
  }
  const roles = {}
  for (const kind of ['eks', 'ec2']) {
    const policy = {
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: `${kind}.amazonaws.com` },
        },
      ],
    }
    const { Role } = await aws([
      'iam',
      'create-role',
      '--role-name',
      `cli-${kind}`,
      '--assume-role-policy-document',
      JSON.stringify(policy),
    ])
    roles[kind] = Role.Arn
  }
  return { vpc, subnets, roles }
}

async function clusters({ aws, check, place }) {
  await check('eks create-cluster, wait cluster-active', async () => {
    await aws(
      `eks create-cluster --name cli --kubernetes-version 1.32 --role-arn ${place.roles.eks} --resources-vpc-config subnetIds=${place.subnets.join(',')} --access-config authenticationMode=API_AND_CONFIG_MAP`,
    )
    await aws('eks wait cluster-active --name cli')
    const { cluster } = await aws('eks describe-cluster --name cli')
    expectEqual([cluster.status, cluster.version], ['ACTIVE', '1.32'])
  })
  await check('eks update-kubeconfig', async () => {
    const { stdout } = await aws(
      `eks update-kubeconfig --name cli --kubeconfig ${place.folder}/kubeconfig`,
      { isText: true },
    )
    expectText(stdout, 'Added new context')
  })
  await check('eks get-token', async () => {
    expectText((await aws('eks get-token --cluster-name cli')).status.token, 'k8s-aws-v1.')
  })
  await check('eks update-cluster-config and describe-update', async () => {
    const { update } = await aws([
      'eks',
      'update-cluster-config',
      '--name',
      'cli',
      '--logging',
      '{"clusterLogging":[{"types":["api"],"enabled":true}]}',
    ])
    expectEqual(update.type, 'LoggingUpdate')
    await aws(`eks describe-update --name cli --update-id ${update.id}`)
    await aws('eks wait cluster-active --name cli')
  })
  await check('eks tag-resource, list-tags-for-resource, untag-resource', async () => {
    const { cluster } = await aws('eks describe-cluster --name cli')
    await aws(`eks tag-resource --resource-arn ${cluster.arn} --tags team=a,tier=b`)
    await aws(`eks untag-resource --resource-arn ${cluster.arn} --tag-keys tier`)
    const { tags } = await aws(`eks list-tags-for-resource --resource-arn ${cluster.arn}`)
    expectEqual(tags, { team: 'a' })
  })
  await check('eks access entries and policies', async () => {
    const who = `--cluster-name cli --principal-arn ${place.roles.ec2}`
    await aws(`eks create-access-entry ${who} --type STANDARD`)
    const policy = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy'
    await aws(
      `eks associate-access-policy ${who} --policy-arn ${policy} --access-scope type=cluster`,
    )
    const { associatedAccessPolicies } = await aws(`eks list-associated-access-policies ${who}`)
    expectEqual(
      associatedAccessPolicies.map((one) => one.policyArn),
      [policy],
    )
    await aws('eks list-access-entries --cluster-name cli')
    await aws('eks list-access-policies')
    await aws(`eks delete-access-entry ${who}`)
  })
}

async function nodeGroups({ aws, check, place, refused }) {
  const ng = '--cluster-name cli --nodegroup-name ng'
  await check('eks create-nodegroup, wait nodegroup-active', async () => {
    await aws(
      `eks create-nodegroup ${ng} --subnets ${place.subnets.join(' ')} --node-role ${place.roles.ec2} --scaling-config minSize=1,maxSize=4,desiredSize=2 --labels tier=web --tags team=a`,
    )
    await aws(`eks wait nodegroup-active ${ng}`)
    const { nodegroup } = await aws(`eks describe-nodegroup ${ng}`)
    expectEqual([nodegroup.status, nodegroup.amiType], ['ACTIVE', 'AL2023_x86_64_STANDARD'])
  })
  await check('eks update-nodegroup-config, describe-update', async () => {
    const { update } = await aws([
      ...`eks update-nodegroup-config ${ng} --scaling-config minSize=1,maxSize=5,desiredSize=3 --update-config maxUnavailable=2`.split(
        ' ',
      ),
      '--labels',
      '{"addOrUpdateLabels":{"tier":"api"},"removeLabels":["none"]}',
    ])
    const { update: done } = await aws(
      `eks describe-update --name cli --nodegroup-name ng --update-id ${update.id}`,
    )
    expectEqual(done.type, 'ConfigUpdate')
  })
  await check(
    'eks update-cluster-version, update-nodegroup-version, list-updates --max-items',
    async () => {
      await aws('eks update-cluster-version --name cli --kubernetes-version 1.33')
      await aws('eks wait cluster-active --name cli')
      await aws(`eks wait nodegroup-active ${ng}`)
      const { update } = await aws(`eks update-nodegroup-version ${ng} --kubernetes-version 1.33`)
      await aws(`eks wait nodegroup-active ${ng}`)
      const { update: done } = await aws(
        `eks describe-update --name cli --nodegroup-name ng --update-id ${update.id}`,
      )
      expectEqual(done.status, 'Successful')
      const page = await aws('eks list-updates --name cli --nodegroup-name ng --max-items 1')
      if (page.NextToken === undefined) throw new Error('no token')
      const next = await aws(
        `eks list-updates --name cli --nodegroup-name ng --starting-token ${page.NextToken}`,
      )
      expectEqual([page.updateIds.length, next.updateIds.length], [1, 1])
    },
  )
  await check('eks add-ons: create, wait, update, delete', async () => {
    const addon = '--cluster-name cli --addon-name kube-proxy'
    const { addons } = await aws(
      'eks describe-addon-versions --addon-name kube-proxy --kubernetes-version 1.33',
    )
    const versions = addons[0].addonVersions.filter((one) => one.compatibilities.length > 0)
    await aws(`eks create-addon ${addon} --addon-version ${versions.at(-1).addonVersion}`)
    await aws(`eks wait addon-active ${addon}`)
    await aws(`eks update-addon ${addon} --addon-version ${versions[0].addonVersion}`)
    await aws(`eks wait addon-active ${addon}`)
    expectEqual((await aws('eks list-addons --cluster-name cli')).addons, ['kube-proxy'])
    await aws(`eks delete-addon ${addon}`)
    await aws(`eks wait addon-deleted ${addon}`)
  })
  await refused(
    'a second node group of the name',
    `eks create-nodegroup ${ng} --subnets ${place.subnets[0]} --node-role ${place.roles.ec2}`,
    'ResourceInUseException',
  )
  await refused(
    'a node group that is not there',
    'eks describe-nodegroup --cluster-name cli --nodegroup-name none',
    'ResourceNotFoundException',
  )
  await refused(
    'a cluster with node groups',
    'eks delete-cluster --name cli',
    'ResourceInUseException',
  )
  await refused(
    'desired below minimum',
    `eks update-nodegroup-config ${ng} --scaling-config minSize=4,maxSize=5,desiredSize=3`,
    'InvalidParameterException',
  )
  await check('eks delete-nodegroup, wait nodegroup-deleted, list-nodegroups', async () => {
    await aws(`eks delete-nodegroup ${ng}`)
    await aws(`eks wait nodegroup-deleted ${ng}`)
    expectEqual((await aws('eks list-nodegroups --cluster-name cli')).nodegroups, [])
  })
  await check('eks delete-cluster, wait cluster-deleted', async () => {
    await aws('eks delete-cluster --name cli')
    await aws('eks wait cluster-deleted --name cli')
    expectEqual((await aws('eks list-clusters')).clusters, [])
  })
}

async function templates({ aws, check, place, refused }) {
  const { Parameter } = await aws(
    'ssm get-parameter --name /aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id',
  )
  place.image = Parameter.Value
  await check('ec2 create-launch-template and versions', async () => {
    const data = {
      ImageId: place.image,
      InstanceType: 'm6i.large',
      BlockDeviceMappings: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30, VolumeType: 'gp3' } },
      ],
    }
    await aws([
      'ec2',
      'create-launch-template',
      '--launch-template-name',
      'cli-template',
      '--launch-template-data',
      JSON.stringify(data),
      '--tag-specifications',
      'ResourceType=launch-template,Tags=[{Key=team,Value=a}]',
    ])
    const version = await aws([
      'ec2',
      'create-launch-template-version',
      '--launch-template-name',
      'cli-template',
      '--source-version',
      '1',
      '--version-description',
      'two',
      '--launch-template-data',
      '{"InstanceType":"m6i.xlarge"}',
    ])
    expectEqual(version.LaunchTemplateVersion.LaunchTemplateData.ImageId, place.image)
    await aws('ec2 modify-launch-template --launch-template-name cli-template --default-version 2')
    const { LaunchTemplateVersions } = await aws([
      'ec2',
      'describe-launch-template-versions',
      '--launch-template-name',
      'cli-template',
      '--versions',
      '$Default',
      '$Latest',
    ])
    expectEqual(
      LaunchTemplateVersions.map((one) => one.VersionNumber),
      [2],
    )
    await aws(['ec2', 'describe-launch-templates', '--filters', 'Name=tag:team,Values=a'])
    const gone = await aws(
      'ec2 delete-launch-template-versions --launch-template-name cli-template --versions 1 2',
    )
    expectEqual(
      [
        gone.SuccessfullyDeletedLaunchTemplateVersions.length,
        gone.UnsuccessfullyDeletedLaunchTemplateVersions.length,
      ],
      [1, 1],
    )
  })
  await refused(
    'a template that is not there',
    'ec2 describe-launch-template-versions --launch-template-name none',
    'InvalidLaunchTemplateName.NotFoundException',
  )
  await refused(
    'a name in use',
    [
      'ec2',
      'create-launch-template',
      '--launch-template-name',
      'cli-template',
      '--launch-template-data',
      '{"EbsOptimized":true}',
    ],
    'InvalidLaunchTemplateName.AlreadyExistsException',
  )
  await check('ec2 reads', async () => {
    await aws(`ec2 describe-images --image-ids ${place.image}`)
    await aws('ec2 describe-instance-types --instance-types m6g.large m6i.large')
    await aws(
      'ec2 describe-instance-type-offerings --location-type availability-zone --filters Name=instance-type,Values=m6g.large',
    )
    await aws('ec2 describe-availability-zones')
    await aws('ec2 describe-account-attributes')
    await aws('ec2 describe-regions')
    await aws(`ec2 describe-network-interfaces --filters Name=vpc-id,Values=${place.vpc}`)
    await aws(`ec2 describe-network-acls --filters Name=vpc-id,Values=${place.vpc}`)
    await aws('ec2 describe-security-groups --max-items 1')
    await aws(
      'ssm get-parameters-by-path --path /aws/service/eks/optimized-ami/1.33 --recursive --max-items 3',
    )
    await aws('sts get-caller-identity')
    await aws('iam list-roles --max-items 1')
  })
}

async function scaling({ aws, check, place, refused }) {
  const group = '--auto-scaling-group-name cli-group'
  const first = async () =>
    (await aws('autoscaling describe-auto-scaling-groups --auto-scaling-group-names cli-group'))
      .AutoScalingGroups[0]
  const settled = async (count) => {
    for (let tries = 0; tries < 20; tries += 1) {
      const { Instances } = await first()
      const ready = Instances.filter((one) => one.LifecycleState === 'InService')
      if (ready.length === count && Instances.length === count) return Instances
    }
    throw new Error(`the group does not settle at ${count}`)
  }
  await check('autoscaling create, describe, update', async () => {
    await aws(
      `autoscaling create-auto-scaling-group ${group} --min-size 0 --max-size 4 --desired-capacity 2 --launch-template LaunchTemplateName=cli-template,Version=$Latest --vpc-zone-identifier ${place.subnets.join(',')} --tags Key=team,Value=a,PropagateAtLaunch=true`,
    )
    await settled(2)
    await aws(`autoscaling update-auto-scaling-group ${group} --max-size 5 --default-cooldown 60`)
    await aws(`autoscaling set-desired-capacity ${group} --desired-capacity 3`)
    await settled(3)
  })
  await check('autoscaling activities, newest first, by --max-items', async () => {
    const { Activities } = await aws(`autoscaling describe-scaling-activities ${group}`)
    const times = Activities.map((one) => one.StartTime)
    expectEqual(times, [...times].sort().reverse())
    const page = await aws(`autoscaling describe-scaling-activities ${group} --max-items 1`)
    if (page.NextToken === undefined) throw new Error('no token')
    const rest = await aws(
      `autoscaling describe-scaling-activities ${group} --starting-token ${page.NextToken}`,
    )
    expectEqual(page.Activities.length + rest.Activities.length, Activities.length)
  })
  await check('autoscaling processes', async () => {
    await aws(`autoscaling suspend-processes ${group} --scaling-processes AZRebalance Launch`)
    expectEqual((await first()).SuspendedProcesses.map((one) => one.ProcessName).sort(), [
      'AZRebalance',
      'Launch',
    ])
    await aws(`autoscaling resume-processes ${group}`)
    await aws('autoscaling describe-scaling-process-types')
  })
  await check('autoscaling hooks hold an instance until it is completed', async () => {
    await aws(
      `autoscaling put-lifecycle-hook ${group} --lifecycle-hook-name hook --lifecycle-transition autoscaling:EC2_INSTANCE_LAUNCHING --heartbeat-timeout 7200`,
    )
    await aws(`autoscaling describe-lifecycle-hooks ${group}`)
    await aws(`autoscaling delete-lifecycle-hook ${group} --lifecycle-hook-name hook`)
  })
  await check('autoscaling tags', async () => {
    await aws(
      'autoscaling create-or-update-tags --tags ResourceId=cli-group,ResourceType=auto-scaling-group,Key=tier,Value=b,PropagateAtLaunch=false',
    )
    const { Tags } = await aws(
      'autoscaling describe-tags --filters Name=auto-scaling-group,Values=cli-group --max-items 1',
    )
    expectEqual(Tags.length, 1)
    await aws(
      'autoscaling delete-tags --tags ResourceId=cli-group,ResourceType=auto-scaling-group,Key=tier',
    )
  })
  await check('autoscaling instance refresh: start, describe, cancel', async () => {
    await aws([
      'autoscaling',
      'start-instance-refresh',
      '--auto-scaling-group-name',
      'cli-group',
      '--preferences',
      '{"InstanceWarmup":30,"MinHealthyPercentage":50}',
    ])
    await aws(`autoscaling describe-instance-refreshes ${group}`)
    const { code, stderr } = await aws(`autoscaling cancel-instance-refresh ${group}`, {
      isText: true,
      codes: [0, 254, 255],
    })
    if (code !== 0) expectText(stderr, 'ActiveInstanceRefreshNotFound')
  })
  await check('autoscaling standby, detach, protection, terminate', async () => {
    const [one, two, three] = (await settled(3)).map((instance) => instance.InstanceId)
    await aws(
      `autoscaling enter-standby ${group} --instance-ids ${one} --should-decrement-desired-capacity`,
    )
    await aws(`autoscaling exit-standby ${group} --instance-ids ${one}`)
    await aws(
      `autoscaling set-instance-protection ${group} --instance-ids ${two} --protected-from-scale-in`,
    )
    await aws('autoscaling describe-auto-scaling-instances --max-items 2')
    await aws(
      `autoscaling terminate-instance-in-auto-scaling-group --instance-id ${three} --should-decrement-desired-capacity`,
    )
    await aws(
      `autoscaling detach-instances ${group} --instance-ids ${one} --should-decrement-desired-capacity`,
    )
    await aws(`ec2 describe-instances --instance-ids ${one} ${two}`)
    await aws(`ec2 describe-instance-status --instance-ids ${two} --include-all-instances`)
    await aws(`ec2 describe-volumes --filters Name=attachment.instance-id,Values=${two}`)
    await aws(`ec2 terminate-instances --instance-ids ${one}`)
    await aws(`ec2 wait instance-terminated --instance-ids ${one}`)
  })
  await check('autoscaling policies, metrics, limits', async () => {
    await aws(
      `autoscaling put-scaling-policy ${group} --policy-name up --adjustment-type ChangeInCapacity --scaling-adjustment 1`,
    )
    await aws(`autoscaling describe-policies ${group}`)
    await aws(`autoscaling execute-policy ${group} --policy-name up`)
    await aws(`autoscaling delete-policy ${group} --policy-name up`)
    await aws(`autoscaling enable-metrics-collection ${group} --granularity 1Minute`)
    await aws('autoscaling describe-account-limits')
    await aws('autoscaling describe-termination-policy-types')
  })
  await refused(
    'desired above maximum',
    `autoscaling set-desired-capacity ${group} --desired-capacity 9`,
    'ValidationError',
  )
  await refused(
    'a group with instances',
    `autoscaling delete-auto-scaling-group ${group}`,
    'ResourceInUse',
  )
  await refused(
    'a group that is not there',
    'autoscaling suspend-processes --auto-scaling-group-name none',
    'ValidationError',
  )
  await check('autoscaling delete by force, template too', async () => {
    await aws(`autoscaling delete-auto-scaling-group ${group} --force-delete`)
    for (let tries = 0; tries < 20 && (await first()) !== undefined; tries += 1);
    expectEqual(await first(), undefined)
    await aws('ec2 delete-launch-template --launch-template-name cli-template')
  })
}

/** All parts, on one twin. */
export async function runSuite({ folder, twin }) {
  const { check, counts } = newSuite('aws-cli')
  const aws = async (line, { codes = [0], isText = false } = {}) => {
    const args = typeof line === 'string' ? line.split(' ') : line
    const result = await run('aws', [...args, '--output', 'json'], { env: twin.env })
    if (!codes.includes(result.code)) throw new Error(`aws ${args.join(' ')}: ${result.stderr}`)
    if (isText) return result
    return result.stdout.trim() === '' ? {} : JSON.parse(result.stdout)
  }
  const refused = (what, line, code) =>
    check(`refused: ${what}`, async () => {
      const { stderr } = await aws(line, { isText: true, codes: [254, 255] })
      expectText(stderr, `(${code})`)
    })
  const place = await prepare(aws)
  place.folder = folder
  writeFileSync(`${folder}.log`, '')
  const context = { aws, check, place, refused }
  await clusters(context)
  await nodeGroups(context)
  await templates(context)
  await scaling(context)
  return counts
}
