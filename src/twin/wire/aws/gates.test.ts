/** What stands between a request and its operation: constraints, tokens, pages, budgets. Twin layer. */

import { describe, expect, it } from 'vitest'
import { type WireWorld, wireWorld } from '../../../../test/wire-world.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }

function query(action: string, members: Readonly<Record<string, string>> = {}): string {
  return new URLSearchParams({ Action: action, ...members }).toString()
}

function codeIn(body: string): string | undefined {
  return /<Code>([^<]+)<\/Code>/.exec(body)?.[1]
}

function messageIn(body: string): string | undefined {
  return /<Message>([^<]+)<\/Message>/.exec(body)?.[1]?.replaceAll('&apos;', "'")
}

describe('constraints', () => {
  it('eks: enums, ranges and lengths, all at once', async () => {
    const body = JSON.stringify({
      nodegroupName: 'a',
      subnets: ['subnet-1'],
      nodeRole: 'arn:aws:iam::111122223333:role/a',
      amiType: 'AL3',
      scalingConfig: { minSize: -1, maxSize: 0 },
      labels: { '': 'x' },
    })
    const answer = await wireWorld().ask('eks', { path: '/clusters/shop/node-groups', body })
    expect(answer.status).toBe(400)
    expect(answer.headers['x-amzn-errortype']).toBe('InvalidParameterException')
    const { message } = JSON.parse(answer.body) as { message: string }
    expect(message).toMatch(/^4 validation errors detected: /)
    expect(message).toContain(
      "Value 'AL3' at 'amiType' failed to satisfy constraint: Member must satisfy enum value set: [AL2_x86_64,",
    )
    expect(message).toContain(
      "Value '-1' at 'scalingConfig.minSize' failed to satisfy constraint: Member must have value greater than or equal to 0",
    )
    expect(message).toContain(
      "Value '' at 'labels.key' failed to satisfy constraint: Member must have length greater than or equal to 1",
    )
  })

  it('eks: required members', async () => {
    const answer = await wireWorld().ask('eks', {
      path: '/clusters/shop/node-groups',
      body: '{"nodegroupName":"a"}',
    })
    expect(JSON.parse(answer.body).message).toContain(
      "Value at 'subnets' failed to satisfy constraint: Member must not be null",
    )
  })

  const queryRows = [
    {
      name: 'missing',
      body: query('SetDesiredCapacity', { DesiredCapacity: '1' }),
      code: 'ValidationError',
      message:
        "1 validation error detected: Value at 'autoScalingGroupName' failed to satisfy constraint: Member must not be null",
    },
    {
      name: 'too short',
      body: query('DeleteAutoScalingGroup', { AutoScalingGroupName: '' }),
      code: 'ValidationError',
      message:
        "1 validation error detected: Value '' at 'autoScalingGroupName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    },
    {
      name: 'not a number',
      body: query('SetDesiredCapacity', { AutoScalingGroupName: 'a', DesiredCapacity: 'many' }),
      code: 'MalformedInput',
      message: "'many' can not be converted to a number",
    },
  ]
  it.each(queryRows)('autoscaling: $name', async ({ body, code, message }) => {
    const answer = await wireWorld().ask('autoscaling', { headers: form, body })
    expect([codeIn(answer.body), messageIn(answer.body)]).toEqual([code, message])
  })

  const ec2Rows = [
    {
      name: 'missing',
      body: query('CreateLaunchTemplate', { LaunchTemplateName: 'abc' }),
      code: 'MissingParameter',
      message: 'The request must contain the parameter LaunchTemplateData',
    },
    {
      name: 'pattern',
      body: query('DescribeLaunchTemplateVersions', { LaunchTemplateName: 'a b' }),
      code: 'InvalidParameterValue',
      message: 'Value (a b) for parameter LaunchTemplateName is invalid.',
    },
  ]
  it.each(ec2Rows)('ec2: $name', async ({ body, code, message }) => {
    const answer = await wireWorld().ask('ec2', { headers: form, body })
    expect(codeIn(answer.body)).toBe(code)
    expect(messageIn(answer.body)).toContain(message)
  })
})

describe('client tokens', () => {
  const create = (world: WireWorld, name: string, token: string, image = 'ami-1') =>
    world.ask('ec2', {
      headers: form,
      body: query('CreateLaunchTemplate', {
        LaunchTemplateName: name,
        ClientToken: token,
        'LaunchTemplateData.ImageId': image,
      }),
    })
  const idIn = (body: string): string | undefined => /<launchTemplateId>([^<]+)</.exec(body)?.[1]

  it('the same request again gets the same answer', async () => {
    const world = wireWorld()
    const first = await create(world, 'web', 't1')
    const again = await create(world, 'web', 't1')
    expect(again.status).toBe(200)
    expect(idIn(again.body)).toBe(idIn(first.body))
  })

  it('another request with the token is refused', async () => {
    const world = wireWorld()
    await create(world, 'web', 't1')
    const other = await create(world, 'web', 't1', 'ami-2')
    expect(codeIn(other.body)).toBe('IdempotentParameterMismatch')
  })

  it('a failed request does not use its token up', async () => {
    const world = wireWorld()
    await create(world, 'web', 't1')
    expect(codeIn((await create(world, 'web', 't2')).body)).toBe(
      'InvalidLaunchTemplateName.AlreadyExistsException',
    )
    expect((await create(world, 'api', 't2')).status).toBe(200)
  })

  it('are forgotten with the world', async () => {
    const world = wireWorld()
    await create(world, 'web', 't1')
    world.host.reset()
    expect((await create(world, 'web', 't1', 'ami-2')).status).toBe(200)
  })
})

describe('pages', () => {
  const target = { 'x-amz-target': 'AmazonSSM.GetParametersByPath' }
  const Path = '/aws/service/eks/optimized-ami/1.32'
  interface Page {
    readonly Parameters: { readonly Name: string }[]
    readonly NextToken?: string
  }
  const page = async (world: WireWorld, input: object): Promise<Page> => {
    const body = JSON.stringify({ Path, Recursive: true, ...input })
    return JSON.parse((await world.ask('ssm', { headers: target, body })).body) as Page
  }

  it('follow one another without gap or repetition', async () => {
    const world = wireWorld()
    const names: string[] = []
    let token: string | undefined
    do {
      const one = await page(world, {
        MaxResults: 3,
        ...(token === undefined ? {} : { NextToken: token }),
      })
      names.push(...one.Parameters.map((parameter) => parameter.Name))
      token = one.NextToken
    } while (token !== undefined)
    expect(names.length).toBeGreaterThan(6)
    expect(new Set(names).size).toBe(names.length)
  })

  it('tokens of another request and made-up ones are refused', async () => {
    const world = wireWorld()
    const first = await page(world, { MaxResults: 3 })
    const moved = { Path: '/aws/service', NextToken: first.NextToken }
    for (const input of [moved, { NextToken: 'abc' }, { NextToken: '3' }]) {
      const answer = await world.ask('ssm', {
        headers: target,
        body: JSON.stringify({ Path, Recursive: true, ...input }),
      })
      expect(JSON.parse(answer.body).__type).toBe('InvalidNextToken')
    }
  })

  it('lists that come whole are cut', async () => {
    const world = wireWorld()
    for (const name of ['aaa', 'bbb', 'ccc']) {
      const body = query('CreateLaunchTemplate', {
        LaunchTemplateName: name,
        'LaunchTemplateData.ImageId': 'ami-1',
      })
      await world.ask('ec2', { headers: form, body })
    }
    const seen: string[] = []
    let token: string | undefined
    do {
      const members = { MaxResults: '2', ...(token === undefined ? {} : { NextToken: token }) }
      const { body } = await world.ask('ec2', {
        headers: form,
        body: query('DescribeLaunchTemplates', members),
      })
      seen.push(...[...body.matchAll(/<launchTemplateName>(\w+)</g)].map((match) => match[1] ?? ''))
      token = /<nextToken>([^<]+)</.exec(body)?.[1]
    } while (token !== undefined)
    expect(seen).toEqual(['aaa', 'bbb', 'ccc'])
  })
})

describe('budgets', () => {
  const ask = (world: WireWorld) => world.ask('eks', { method: 'GET', path: '/clusters' })

  it('are not kept unless asked for', async () => {
    const world = wireWorld()
    for (let call = 0; call < 200; call += 1) expect((await ask(world)).status).toBe(200)
  })

  it('a burst is let through, then 429 until time has passed', async () => {
    const world = wireWorld({ isThrottled: true })
    const statuses: number[] = []
    for (let call = 0; call < 25; call += 1) statuses.push((await ask(world)).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(20)
    expect(statuses.at(-1)).toBe(429)
    world.clock.advance(200)
    expect((await ask(world)).status).toBe(200)
    expect((await ask(world)).headers['x-amzn-errortype']).toBe('ThrottlingException')
  })

  it('every service words it its own way', async () => {
    const world = wireWorld({ isThrottled: true })
    const last = async (service: string, body: string) => {
      let answer = await world.ask(service, { headers: form, body })
      for (let call = 0; call < 120; call += 1)
        answer = await world.ask(service, { headers: form, body })
      return [answer.status, codeIn(answer.body)]
    }
    expect(await last('ec2', query('DescribeSubnets'))).toEqual([503, 'RequestLimitExceeded'])
    expect(await last('autoscaling', query('DescribeAutoScalingGroups'))).toEqual([
      400,
      'Throttling',
    ])
  })
})
