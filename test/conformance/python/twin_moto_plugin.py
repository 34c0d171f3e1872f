"""pytest plugin: moto's tests against a served twin.

moto resets its server before every test; here the twin's control endpoint does, and the account gets what
moto's fixtures take for granted: the role and subnets that EKS would look for, a default VPC, an image
that exists. After every write time runs until nothing is left to happen: moto's resources are there at once.
"""

import contextlib
import json
import os
import sys
import types
from datetime import datetime, timezone
import urllib.request

import boto3
import botocore.client
from moto.core.models import ServerModeMockAWS

CONTROL = json.loads(os.environ['TWIN_CONTROL'])
ENDPOINT = os.environ['TEST_SERVER_MODE_ENDPOINT']
ACCOUNT_ID = '123456789012'
REGION = 'us-east-1'
OTHER_REGIONS = ('us-west-1', 'eu-west-1', 'ap-southeast-2')
# Time runs on after a write, or the test could not see what the write did at once.
AT_ONCE = ('SetInstanceHealth',)
SUBNET_IDS = []
STATE = {'is_dirty': True}


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {'Authorization': f'Bearer {CONTROL["token"]}', 'Content-Type': 'application/json'}
    request = urllib.request.Request(CONTROL['endpoint'] + path, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b'{}')


def client(service, region=REGION):
    return boto3.session.Session().client(service, region_name=region, endpoint_url=ENDPOINT)


def furnish():
    """What the fixtures of moto's tests take for granted. Ids are the same after every reset."""
    ec2, iam = client('ec2'), client('iam')
    ec2.create_default_vpc()
    for region in OTHER_REGIONS:
        client('ec2', region).create_default_vpc()
    vpc = ec2.create_vpc(CidrBlock='10.250.0.0/16')['Vpc']['VpcId']
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f'10.250.{index}.0/24', AvailabilityZone=f'{REGION}{zone}')
        for index, zone in enumerate('ab')
    ]
    services = ['eks.amazonaws.com', 'ec2.amazonaws.com']
    statement = {'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'Service': services}}
    document = json.dumps({'Version': '2012-10-17', 'Statement': [statement]})
    iam.create_role(RoleName='role_name', AssumeRolePolicyDocument=document)
    return [one['Subnet']['SubnetId'] for one in subnets]


def reset(_self=None):
    """moto resets before and after every test: once is enough when nothing was written in between."""
    if not STATE['is_dirty']:
        return None
    control('POST', '/reset')
    subnets = furnish()
    STATE['is_dirty'] = False
    return subnets


def settle(**_):
    control('POST', '/step', {'until': 'quiet', 'maxMs': 3_600_000})


def stub_freezegun():
    """Some tests freeze the client's clock; the twin has one of its own. Only where it is missing."""
    try:
        import freezegun  # noqa: F401
    except ImportError:
        module = types.ModuleType('freezegun')
        module.freeze_time = lambda *_, **__: contextlib.nullcontext()
        sys.modules['freezegun'] = module


def pytest_configure(config):
    stub_freezegun()
    saved = control('GET', '/world')
    now = datetime.now(timezone.utc)
    saved['world'] |= {'accountId': ACCOUNT_ID, 'startAt': now.strftime('%Y-%m-%dT%H:%M:%SZ')}
    now_ms = int(now.timestamp()) * 1000
    control('POST', '/world', {**saved, 'inputs': [], 'nowMs': now_ms})
    control('POST', '/throttling', {'isOn': False})
    SUBNET_IDS[:] = reset()
    ServerModeMockAWS.reset = reset

    # moto's example image is an Amazon Linux of its own table.
    parameter = '/aws/service/ami-amazon-linux-latest/amzn2-ami-hvm-x86_64-gp2'
    import tests

    tests.EXAMPLE_AMI_ID = client('ssm').get_parameter(Name=parameter)['Parameter']['Value']
    import tests.test_eks.test_eks_constants as constants

    constants.SUBNET_IDS[:] = SUBNET_IDS

    plain = botocore.client.BaseClient._make_api_call

    def call(self, operation, arguments):
        answer = plain(self, operation, arguments)
        if not operation.startswith(('Describe', 'List', 'Get')):
            STATE['is_dirty'] = True
            if operation not in AT_ONCE:
                settle()
        return answer

    botocore.client.BaseClient._make_api_call = call
