/** Golden samples of the four protocols: request text in, answer text out. Twin layer. */

import { describe, expect, it } from 'vitest'
import { signed, wireWorld } from '../../../../test/wire-world.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }

/** Ids as words, and a line per element: they are what differs from version to version of the twin. */
function golden(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, 'REQUEST')
    .replace(/lt-[0-9a-f]{17}/g, 'TEMPLATE')
    .replaceAll('><', '>\n<')
}

describe('ec2Query', () => {
  const create = [
    'Action=CreateLaunchTemplate&Version=2016-11-15&LaunchTemplateName=web-a',
    'LaunchTemplateData.InstanceType=m5.large',
    'LaunchTemplateData.BlockDeviceMapping.1.DeviceName=%2Fdev%2Fxvda',
    'LaunchTemplateData.BlockDeviceMapping.1.Ebs.VolumeSize=20',
    'LaunchTemplateData.BlockDeviceMapping.1.Ebs.Encrypted=true',
    'LaunchTemplateData.SecurityGroupId.1=sg-1',
    'LaunchTemplateData.SecurityGroupId.2=sg-2',
    'LaunchTemplateData.TagSpecification.1.ResourceType=instance',
    'LaunchTemplateData.TagSpecification.1.Tag.1.Key=a',
    'LaunchTemplateData.TagSpecification.1.Tag.1.Value=%3Cb%3E%26%22',
  ].join('&')

  it('reads lists, structures, numbers and truth, and writes them back escaped', async () => {
    const world = wireWorld()
    const created = await world.ask('ec2', { headers: form, body: create })
    expect(created.status).toBe(200)
    expect(created.headers['content-type']).toBe('text/xml;charset=UTF-8')
    const body =
      'Action=DescribeLaunchTemplateVersions&LaunchTemplateName=web-a&LaunchTemplateVersion.1=1'
    const read = await world.ask('ec2', { headers: form, body })
    expect(golden(read.body)).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <DescribeLaunchTemplateVersionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
      <requestId>REQUEST</requestId>
      <launchTemplateVersionSet>
      <item>
      <launchTemplateId>TEMPLATE</launchTemplateId>
      <launchTemplateName>web-a</launchTemplateName>
      <versionNumber>1</versionNumber>
      <createTime>2026-11-24T08:00:00.000Z</createTime>
      <createdBy>arn:aws:iam::111122223333:root</createdBy>
      <defaultVersion>true</defaultVersion>
      <launchTemplateData>
      <blockDeviceMappingSet>
      <item>
      <deviceName>/dev/xvda</deviceName>
      <ebs>
      <encrypted>true</encrypted>
      <volumeSize>20</volumeSize>
      </ebs>
      </item>
      </blockDeviceMappingSet>
      <instanceType>m5.large</instanceType>
      <tagSpecificationSet>
      <item>
      <resourceType>instance</resourceType>
      <tagSet>
      <item>
      <key>a</key>
      <value>&lt;b&gt;&amp;&quot;</value>
      </item>
      </tagSet>
      </item>
      </tagSpecificationSet>
      <securityGroupIdSet>
      <item>sg-1</item>
      <item>sg-2</item>
      </securityGroupIdSet>
      </launchTemplateData>
      <operator>
      <managed>false</managed>
      </operator>
      </item>
      </launchTemplateVersionSet>
      </DescribeLaunchTemplateVersionsResponse>"
    `)
  })

  it('writes errors', async () => {
    const body = 'Action=DescribeLaunchTemplateVersions&LaunchTemplateId=lt-0123456789abcdef0'
    const answer = await wireWorld().ask('ec2', { headers: form, body })
    expect(answer.status).toBe(400)
    expect(golden(answer.body)).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <Response>
      <Errors>
      <Error>
      <Code>InvalidLaunchTemplateId.NotFound</Code>
      <Message>The specified launch template, with template ID TEMPLATE, does not exist.</Message>
      </Error>
      </Errors>
      <RequestID>REQUEST</RequestID>
      </Response>"
    `)
  })
})

describe('awsQuery', () => {
  it('writes results and metadata', async () => {
    const body = 'Action=GetCallerIdentity&Version=2011-06-15'
    const answer = await wireWorld().ask('sts', { headers: form, body })
    expect(golden(answer.body)).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <GetCallerIdentityResult>
      <UserId>AIDATWIN</UserId>
      <Account>111122223333</Account>
      <Arn>arn:aws:iam::111122223333:user/operator</Arn>
      </GetCallerIdentityResult>
      <ResponseMetadata>
      <RequestId>REQUEST</RequestId>
      </ResponseMetadata>
      </GetCallerIdentityResponse>"
    `)
  })

  it('takes presigned requests', async () => {
    const query = new URLSearchParams({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Credential': 'AKIDEXAMPLE/20261124/eu-west-1/sts/aws4_request',
    })
    const request = signed('sts', { method: 'GET', query })
    const headers = { host: 'localhost' }
    const answer = await wireWorld().answer({ ...request, headers })
    expect(answer.body).toContain(':user/AKIDEXAMPLE</Arn>')
  })

  it('writes errors with who is to blame', async () => {
    const body = 'Action=SetDesiredCapacity&AutoScalingGroupName=none&DesiredCapacity=1'
    const answer = await wireWorld().ask('autoscaling', { headers: form, body })
    expect(answer.status).toBe(400)
    expect(golden(answer.body)).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
      <Error>
      <Type>Sender</Type>
      <Code>ValidationError</Code>
      <Message>AutoScalingGroup name not found - AutoScalingGroup &apos;none&apos; not found</Message>
      </Error>
      <RequestId>REQUEST</RequestId>
      </ErrorResponse>"
    `)
  })

  it('refuses actions that the service does not have', async () => {
    const answer = await wireWorld().ask('sts', { headers: form, body: 'Action=Nope' })
    expect(answer.body).toContain('<Code>InvalidAction</Code>')
  })
})

describe('restJson1', () => {
  it('writes structures; a clean list is empty', async () => {
    const answer = await wireWorld().ask('eks', { method: 'GET', path: '/clusters' })
    expect(answer).toMatchObject({ status: 200, body: '{"clusters":[]}' })
    expect(answer.headers['content-type']).toBe('application/json')
  })

  it('writes errors in header and body, with what was asked for', async () => {
    const answer = await wireWorld().ask('eks', {
      method: 'GET',
      path: '/clusters/shop/node-groups/a',
    })
    expect(answer.status).toBe(404)
    expect(answer.headers['x-amzn-errortype']).toBe('ResourceNotFoundException')
    expect(JSON.parse(answer.body)).toEqual({
      clusterName: 'shop',
      nodegroupName: 'a',
      message: 'No cluster found for name: shop.',
    })
  })

  it('takes ARNs in paths', async () => {
    const arn = encodeURIComponent('arn:aws:eks:eu-west-1:111122223333:cluster/shop')
    const answer = await wireWorld().ask('eks', {
      path: `/tags/${arn}`,
      body: '{"tags":{"a":"b"}}',
    })
    expect(answer.headers['x-amzn-errortype']).not.toBe('UnknownOperationException')
  })

  it('knows no other routes', async () => {
    const answer = await wireWorld().ask('eks', { method: 'GET', path: '/nope' })
    expect(answer.status).toBe(404)
    expect(answer.headers['x-amzn-errortype']).toBe('UnknownOperationException')
  })

  it('says which type does not fit', async () => {
    const body = '{"nodegroupName":"a","scalingConfig":{"minSize":"x"}}'
    const answer = await wireWorld().ask('eks', { path: '/clusters/shop/node-groups', body })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body).message).toBe('STRING_VALUE can not be converted to an Integer')
  })
})

describe('awsJson1.1', () => {
  const target = (operation: string) => ({ 'x-amz-target': `AmazonSSM.${operation}` })

  it('reads the target and writes JSON', async () => {
    const Name =
      '/aws/service/eks/optimized-ami/1.32/amazon-linux-2023/x86_64/standard/recommended/image_id'
    const body = JSON.stringify({ Name })
    const answer = await wireWorld().ask('ssm', { headers: target('GetParameter'), body })
    expect(answer.headers['content-type']).toBe('application/x-amz-json-1.1')
    expect(JSON.parse(answer.body).Parameter).toMatchObject({ Name, Type: 'String', Version: 1 })
  })

  it('writes errors', async () => {
    const answer = await wireWorld().ask('ssm', {
      headers: target('GetParameter'),
      body: '{"Name":"/a"}',
    })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ __type: 'ParameterNotFound' })
  })
})

describe('what the twin does not have', () => {
  const rows = [
    {
      name: 'an operation of ec2',
      service: 'ec2',
      headers: form,
      body: 'Action=DescribeHosts',
      text: 'the twin does not have ec2:DescribeHosts',
    },
    {
      name: 'an operation of ssm',
      service: 'ssm',
      headers: { 'x-amz-target': 'AmazonSSM.PutParameter' },
      body: '{}',
      text: 'the twin does not have ssm:PutParameter',
    },
    {
      name: 'a service',
      service: 'sqs',
      headers: form,
      body: 'Action=ListQueues',
      text: "The twin has no service 'sqs'",
    },
  ]
  it.each(rows)('$name is an error that names it', async ({ body, headers, service, text }) => {
    const answer = await wireWorld().ask(service, { headers, body })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.body.replaceAll('&apos;', "'")).toContain(text)
  })
})

describe('who asks', () => {
  const rows = [
    { name: 'no signature', header: undefined, code: 'MissingAuthenticationTokenException' },
    { name: 'another algorithm', header: 'Bearer abc', code: 'IncompleteSignatureException' },
    {
      name: 'no scope',
      header: 'AWS4-HMAC-SHA256 Credential=abc, SignedHeaders=host, Signature=1',
      code: 'IncompleteSignatureException',
    },
    {
      name: 'no signature value',
      header: 'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/eks/aws4_request',
      code: 'IncompleteSignatureException',
    },
  ]
  it.each(rows)('$name', async ({ code, header }) => {
    const request = signed('eks', { method: 'GET', path: '/clusters' })
    const headers = header === undefined ? {} : { authorization: header }
    const answer = await wireWorld().answer({ ...request, headers })
    expect(answer.status).toBe(403)
    expect(answer.headers['x-amzn-errortype']).toBe(code)
  })

  it('other Regions have an account of their own', async () => {
    const world = wireWorld()
    const body =
      'Action=CreateLaunchTemplate&LaunchTemplateName=web&LaunchTemplateData.InstanceType=m5.large'
    await world.ask('ec2', { headers: form, body })
    const request = signed('ec2', { headers: form, body: 'Action=DescribeLaunchTemplates' })
    const elsewhere = request.headers.authorization?.replace('eu-west-1', 'us-east-1')
    const here = await world.answer(request)
    const there = await world.answer({
      ...request,
      headers: { ...request.headers, authorization: elsewhere },
    })
    expect(here.body).toContain('<launchTemplateName>web</launchTemplateName>')
    expect(there.body).not.toContain('<launchTemplateName>')
  })
})
