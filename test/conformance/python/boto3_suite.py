"""Waiters and paginators of boto3 for EKS, EC2 and Auto Scaling. One line of JSON per check."""

import json

import boto3
import botocore.exceptions
from botocore.waiter import WaiterModel

eks = boto3.client('eks')
ec2 = boto3.client('ec2')
autoscaling = boto3.client('autoscaling')
iam = boto3.client('iam')


def check(name, run):
    try:
        value = run()
        print(json.dumps({'name': name, 'error': None}), flush=True)
        return value
    except Exception as error:
        print(json.dumps({'name': name, 'error': f'{type(error).__name__}: {error}'[:800]}), flush=True)
        return None


def wait(client, waiter, **arguments):
    client.get_waiter(waiter).wait(WaiterConfig={'Delay': 1, 'MaxAttempts': 40}, **arguments)


def fails(client, waiter, **arguments):
    """The waiter ends in a failure state, not by running out of time."""
    try:
        wait(client, waiter, **arguments)
    except botocore.exceptions.WaiterError as error:
        if 'terminal failure' in str(error):
            return
        raise
    raise AssertionError(f'{waiter} did not fail')


def pages(client, operation, key, size, **arguments):
    """Small pages together are the same as one large page; there is more than one of them."""
    paginator = client.get_paginator(operation)
    small = list(paginator.paginate(PaginationConfig={'PageSize': size}, **arguments))
    whole = list(paginator.paginate(**arguments))
    joined = [item for page in small for item in page[key]]
    assert joined == [item for page in whole for item in page[key]], f'{operation}: pages differ'
    assert len(small) > 1, f'{operation}: one page only'


def role(name, principal):
    statement = {'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'Service': principal}}
    document = json.dumps({'Version': '2012-10-17', 'Statement': [statement]})
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)['Role']['Arn']


vpc = ec2.create_vpc(CidrBlock='10.50.0.0/16')['Vpc']['VpcId']
check('vpc_available', lambda: wait(ec2, 'vpc_available', VpcIds=[vpc]))
subnets = [
    ec2.create_subnet(VpcId=vpc, CidrBlock=f'10.50.{index}.0/24', AvailabilityZone=f'eu-west-1{zone}')['Subnet']['SubnetId']
    for index, zone in enumerate('abcabc')
]
check('subnet_available', lambda: wait(ec2, 'subnet_available', SubnetIds=subnets))
roles = {kind: role(f'boto-{kind}', f'{kind}.amazonaws.com') for kind in ('eks', 'ec2')}
check('role_exists', lambda: wait(iam, 'role_exists', RoleName='boto-eks'))

names = ['one', 'two', 'three']
for name in names:
    eks.create_cluster(name=name, roleArn=roles['eks'], resourcesVpcConfig={'subnetIds': subnets})
check('cluster_active', lambda: [wait(eks, 'cluster_active', name=name) for name in names])
check('list_clusters', lambda: pages(eks, 'list_clusters', 'clusters', 2))
for name in names:
    eks.create_nodegroup(
        clusterName='one', nodegroupName=name, nodeRole=roles['ec2'], subnets=subnets,
        scalingConfig={'minSize': 1, 'maxSize': 2, 'desiredSize': 1},
    )
check('nodegroup_active', lambda: [wait(eks, 'nodegroup_active', clusterName='one', nodegroupName=name) for name in names])
check('list_nodegroups', lambda: pages(eks, 'list_nodegroups', 'nodegroups', 2, clusterName='one'))
for name in ('coredns', 'kube-proxy', 'vpc-cni'):
    eks.create_addon(clusterName='one', addonName=name)
check('addon_active', lambda: [wait(eks, 'addon_active', clusterName='one', addonName=name) for name in ('coredns', 'kube-proxy', 'vpc-cni')])
check('list_addons', lambda: pages(eks, 'list_addons', 'addons', 2, clusterName='one'))
for count in (2, 1):
    eks.update_nodegroup_config(
        clusterName='one', nodegroupName='one', scalingConfig={'minSize': 1, 'maxSize': 2, 'desiredSize': count},
    )
    wait(eks, 'nodegroup_active', clusterName='one', nodegroupName='one')
check('list_updates', lambda: pages(eks, 'list_updates', 'updateIds', 1, name='one', nodegroupName='one'))
check('describe_addon_versions', lambda: list(eks.get_paginator('describe_addon_versions').paginate()))
check('describe_cluster_versions', lambda: list(eks.get_paginator('describe_cluster_versions').paginate()))

bad = ec2.create_launch_template(
    LaunchTemplateName='bad', LaunchTemplateData={'UserData': 'IyEvYmluL2Jhc2gKdHJ1ZQ=='}
)['LaunchTemplate']['LaunchTemplateId']
eks.create_nodegroup(
    clusterName='one', nodegroupName='bad', nodeRole=roles['ec2'], subnets=subnets, launchTemplate={'id': bad},
)
check('nodegroup_active fails on CREATE_FAILED', lambda: fails(eks, 'nodegroup_active', clusterName='one', nodegroupName='bad'))
check('addon_active fails on DEGRADED', lambda: (
    eks.create_addon(clusterName='two', addonName='coredns'),
    fails(eks, 'addon_active', clusterName='two', addonName='coredns'),
))

for name in ('coredns', 'kube-proxy', 'vpc-cni'):
    eks.delete_addon(clusterName='one', addonName=name)
check('addon_deleted', lambda: [wait(eks, 'addon_deleted', clusterName='one', addonName=name) for name in ('coredns', 'kube-proxy', 'vpc-cni')])
for name in [*names, 'bad']:
    eks.delete_nodegroup(clusterName='one', nodegroupName=name)
check('nodegroup_deleted', lambda: [wait(eks, 'nodegroup_deleted', clusterName='one', nodegroupName=name) for name in [*names, 'bad']])
for name in names:
    eks.delete_cluster(name=name)
check('cluster_deleted', lambda: [wait(eks, 'cluster_deleted', name=name) for name in names])

image = ec2.describe_images(Filters=[{'Name': 'name', 'Values': ['amazon-eks-node-al2023-x86_64-standard-1.33-*']}])['Images'][0]['ImageId']
run = ec2.run_instances(ImageId=image, InstanceType='m6i.large', MinCount=3, MaxCount=3, SubnetId=subnets[0])
ids = [one['InstanceId'] for one in run['Instances']]
check('instance_exists', lambda: wait(ec2, 'instance_exists', InstanceIds=ids))
check('instance_running', lambda: wait(ec2, 'instance_running', InstanceIds=ids))
check('instance_status_ok', lambda: wait(ec2, 'instance_status_ok', InstanceIds=ids))
check('describe_instances', lambda: pages(ec2, 'describe_instances', 'Reservations', 1))
check('describe_instance_types', lambda: pages(ec2, 'describe_instance_types', 'InstanceTypes', 90))
check('describe_instance_type_offerings', lambda: pages(ec2, 'describe_instance_type_offerings', 'InstanceTypeOfferings', 900))
check('describe_subnets', lambda: pages(ec2, 'describe_subnets', 'Subnets', 5))
check('describe_images', lambda: pages(ec2, 'describe_images', 'Images', 100))
for index in range(3):
    ec2.create_launch_template(LaunchTemplateName=f'template-{index}', LaunchTemplateData={'ImageId': image, 'InstanceType': 'm6i.large'})
    ec2.create_launch_template_version(LaunchTemplateName='template-0', LaunchTemplateData={'ImageId': image, 'InstanceType': 'm6i.large'})
check('describe_launch_templates', lambda: pages(ec2, 'describe_launch_templates', 'LaunchTemplates', 1))
check('describe_launch_template_versions', lambda: pages(ec2, 'describe_launch_template_versions', 'LaunchTemplateVersions', 2, LaunchTemplateName='template-0'))
ec2.terminate_instances(InstanceIds=ids)
check('instance_terminated', lambda: wait(ec2, 'instance_terminated', InstanceIds=ids))

for index in range(3):
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=f'group-{index}', MinSize=0, MaxSize=4, DesiredCapacity=2,
        LaunchTemplate={'LaunchTemplateName': 'template-0', 'Version': '$Latest'},
        VPCZoneIdentifier=','.join(subnets),
        Tags=[{'Key': key, 'Value': 'x', 'PropagateAtLaunch': True} for key in ('a', 'b')],
    )
WAITERS = WaiterModel({
    'version': 2,
    'waiters': {
        'GroupInService': {
            'operation': 'DescribeAutoScalingGroups', 'delay': 1, 'maxAttempts': 40,
            'acceptors': [{
                'matcher': 'path', 'state': 'success', 'expected': True,
                'argument': "AutoScalingGroups[].[length(Instances[?LifecycleState=='InService']) == DesiredCapacity][] | !contains(@, `false`)",
            }],
        },
    },
})


def in_service():
    from botocore.waiter import create_waiter_with_client
    create_waiter_with_client('GroupInService', WAITERS, autoscaling).wait()


check('groups in service (waiter of the provider and the SDKs)', in_service)
check('describe_auto_scaling_groups', lambda: pages(autoscaling, 'describe_auto_scaling_groups', 'AutoScalingGroups', 1))
check('describe_auto_scaling_instances', lambda: pages(autoscaling, 'describe_auto_scaling_instances', 'AutoScalingInstances', 2))
check('describe_scaling_activities', lambda: pages(autoscaling, 'describe_scaling_activities', 'Activities', 1, AutoScalingGroupName='group-0'))
check('describe_tags', lambda: pages(autoscaling, 'describe_tags', 'Tags', 2))
check('list_roles', lambda: pages(iam, 'list_roles', 'Roles', 1))
print(json.dumps({'name': 'end', 'error': None}))
