/** What can be wrong between `regroup migrate` and AWS: one clear error each, and a line for every wait. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { exitCode } from '../src/cli/exit-code.ts'
import { type WireFault, wireFaultSchema } from '../src/twin/wire/wire-fault.ts'
import { type ServedStarter, servedStarter } from './served-starter.ts'
import { control } from './served-twin.ts'

let starter: ServedStarter

beforeAll(async () => {
  starter = await servedStarter()
})

afterAll(() => starter.stop())

/** Sets one fault on the wire until the end of the test. */
async function fault(wire: Partial<WireFault> & Pick<WireFault, 'kind'>): Promise<void> {
  const { status } = await control(starter.running, 'POST /faults', {
    wire: wireFaultSchema.parse(wire),
  })
  expect(status).toBe(200)
}

afterEach(async () => {
  await control(starter.running, 'DELETE /faults')
})

/** The error as it is printed, without its remedy. */
function errorOf(err: string): string {
  const lines = err.split('\n').filter((line) => line.startsWith('error: '))
  expect(lines).toHaveLength(1)
  return lines[0] ?? ''
}

describe('who calls', () => {
  const key = 'access key AKIATWINTWINTWINTWIN'
  const refusals = [
    {
      name: 'wrong credentials',
      wire: { kind: 'unknown-credentials' },
      code: exitCode.authentication,
      says: `error: eks:DescribeCluster: UnrecognizedClientException: The security token included in the request is invalid. (as default credentials, ${key})`,
    },
    {
      name: 'expired credentials',
      wire: { kind: 'expired-credentials' },
      code: exitCode.authentication,
      says: `error: eks:DescribeCluster: ExpiredTokenException: The security token included in the request is expired (as default credentials, ${key})`,
    },
    {
      name: 'a permission of EKS that is missing',
      wire: { kind: 'access-denied', operation: 'eks:ListNodegroups' },
      code: exitCode.error,
      says: 'error: eks:ListNodegroups: AccessDeniedException: User: arn:aws:iam::111122223333:user/operator is not authorized to perform: eks:ListNodegroups (as arn:aws:iam::111122223333:user/operator; needs the permission eks:ListNodegroups)',
    },
    {
      name: 'a permission of EC2 that is missing',
      wire: { kind: 'access-denied', operation: 'ec2:DescribeSubnets' },
      code: exitCode.error,
      says: 'error: ec2:DescribeSubnets: UnauthorizedOperation: User: arn:aws:iam::111122223333:user/operator is not authorized to perform: ec2:DescribeSubnets (as arn:aws:iam::111122223333:user/operator; needs the permission ec2:DescribeSubnets)',
    },
    {
      name: 'no permission at all, not even to ask who it is',
      wire: { kind: 'access-denied' },
      code: exitCode.error,
      says: 'error: eks:DescribeCluster: AccessDeniedException: User: arn:aws:iam::111122223333:user/operator is not authorized to perform: eks:DescribeCluster (as default credentials; needs the permission eks:DescribeCluster)',
    },
  ] as const
  it.each(refusals)('$name', async ({ code, says, wire }) => {
    await fault(wire)
    const said = await starter.migrate('--read-only')
    expect(errorOf(said.err)).toBe(says)
    expect(said).toMatchObject({ code, out: '' })
  })

  const keyless = [
    { name: 'no credentials', flags: [], as: 'default credentials' },
    { name: 'an unknown profile', flags: ['--profile', 'prod'], as: 'profile prod' },
    {
      name: 'a role without credentials to assume it',
      flags: ['--role-arn', 'arn:aws:iam::111122223333:role/regroup'],
      as: 'arn:aws:iam::111122223333:role/regroup',
    },
  ]
  it.each(keyless)('$name', async ({ as, flags }) => {
    const { AWS_ACCESS_KEY_ID } = process.env
    delete process.env.AWS_ACCESS_KEY_ID
    try {
      const said = await starter.migrate('--read-only', ...flags)
      expect(said.code).toBe(exitCode.authentication)
      expect(errorOf(said.err)).toBe(
        `error: eks:DescribeCluster: CredentialsProviderError: Could not load credentials from any providers (as ${as}, which gave no access key)`,
      )
    } finally {
      process.env.AWS_ACCESS_KEY_ID = AWS_ACCESS_KEY_ID
    }
  })
})

describe('where it calls', () => {
  /** The twin's own ports, spoken to in the right and in the wrong way. */
  const endpoints = () => {
    const { aws } = starter.running.served
    const cluster = starter.running.host.twin.account.clusters.get('starter')
    const kube = cluster?.served?.endpoint ?? ''
    return {
      silent: 'http://127.0.0.1:1',
      untrusted: kube,
      'plain on TLS': kube.replace('https:', 'http:'),
      'TLS on plain': aws.endpoint.replace('http:', 'https:'),
      // A name that no resolver has (RFC 6761), as that of EKS in a Region without it.
      nowhere: 'https://eks.xx-nowhere-1.invalid',
    }
  }
  it.each([
    { to: 'silent', says: ['nothing listens there (connect ECONNREFUSED 127.0.0.1:1)'] },
    {
      to: 'untrusted',
      says: [
        'the certificate of the endpoint is not trusted (SELF_SIGNED_CERT_IN_CHAIN: ',
        '; name the authority that signed it in AWS_CA_BUNDLE (or NODE_EXTRA_CA_CERTS)',
      ],
    },
    {
      to: 'plain on TLS',
      says: [
        'the connection was cut (socket hang up)',
        '; is the endpoint https:// instead of http://?',
      ],
    },
    {
      to: 'TLS on plain',
      says: ['the endpoint does not speak TLS; is it http:// instead of https://?'],
    },
    {
      to: 'nowhere',
      says: [
        'the host eks.xx-nowhere-1.invalid was not found; ',
        'is eu-west-1 a Region with eks, and does name resolution work here?',
      ],
    },
  ] as const)('$to', async ({ says, to }) => {
    const said = await starter.migrate('--read-only', '--endpoint-url', endpoints()[to])
    const error = errorOf(said.err)
    expect(error.startsWith(`error: eks:DescribeCluster: ${says[0]}`)).toBe(true)
    expect(error.endsWith(says.at(-1) ?? '')).toBe(true)
    expect(said).toMatchObject({ code: exitCode.error, out: '' })
    // The time of the twin does not wait for who has left.
    await expect.poll(() => starter.running.host.pacer.participants.count).toBe(0)
  })

  it('a kubeconfig that leads to another cluster is refused', async () => {
    const path = join(starter.folder, 'kubeconfig')
    const lines = [
      'apiVersion: v1',
      'kind: Config',
      'current-context: other',
      'contexts: [{ name: other, context: { cluster: other, user: other } }]',
      'clusters: [{ name: other, cluster: { server: "https://127.0.0.1:1" } }]',
      'users: [{ name: other, user: { token: t } }]',
    ]
    writeFileSync(path, `${lines.join('\n')}\n`)
    const said = await starter.migrate('--read-only', '--kubeconfig', path)
    expect(said.code).toBe(exitCode.error)
    expect(errorOf(said.err)).toContain('the kubeconfig leads to 127.0.0.1:1, but AWS says')
  })
})

describe('a kubeconfig', () => {
  const own = (): string => starter.running.served.clusters[0]?.name ?? ''
  const changed = (change: (text: string) => string): string => {
    const path = join(starter.folder, 'changed')
    const text = starter.kubeconfigs.get(own()) ?? ''
    const written = change(text)
    expect(written).not.toBe(text)
    writeFileSync(path, written)
    return path
  }
  const plugin = (command: string) => (text: string) =>
    text.replace(
      / token: \S+/,
      ` exec: {apiVersion: client.authentication.k8s.io/v1, command: ${command}, interactiveMode: Never}`,
    )
  const names =
    '    The kubeconfig names it; see what it answers with the same file: kubectl auth whoami'
  const rows = [
    {
      name: 'a plugin that fails',
      change: plugin('"false"'),
      says: [/^error: credential plugin false: it ended with 1$/, names],
    },
    {
      name: 'a token file that is not there',
      change: (text: string) => text.replace(/ token: \S+/, ' tokenFile: gone'),
      says: [/^error: the token file .*gone cannot be read: ENOENT$/, names],
    },
    {
      name: 'a token that nobody knows',
      change: (text: string) => text.replace(/ token: \S+/, ' token: other'),
      says: [/^error: list nodes: Unauthorized; .*look at the user of the kubeconfig/],
    },
    {
      name: 'no authority',
      change: (text: string) => text.replace(/ *certificate-authority-data: \S+\n/, ''),
      says: [
        /certificate is not signed by the trusted authority .*; compare certificate-authority/,
      ],
    },
  ]
  // Remedies about AWS would lead to the wrong place.
  it.each(rows)('with $name: what is wrong there, and nothing about AWS', async (row) => {
    const said = await starter.migrate('--read-only', '--kubeconfig', changed(row.change))
    const lines = said.err.trimEnd().split('\n')
    expect(lines).toHaveLength(row.says.length)
    row.says.forEach((text, index) => {
      expect(lines[index]).toEqual(typeof text === 'string' ? text : expect.stringMatching(text))
    })
    expect(said.out).toBe('')
  })
})

describe('while it waits', () => {
  it.each([
    { wire: { kind: 'reset' }, says: 'the connection was cut \\(read ECONNRESET\\)' },
    { wire: { kind: 'reset-after' }, says: 'the connection was cut \\(read ECONNRESET\\)' },
    {
      wire: { kind: 'server-error' },
      says: 'InternalFailure: An internal error has occurred.',
    },
    {
      wire: { kind: 'server-error', status: 503 },
      says: 'InternalFailure: An internal error has occurred.',
    },
    { wire: { kind: 'throttle' }, says: 'ThrottlingException: .*' },
    { wire: { kind: 'truncated-body' }, says: 'the connection was cut \\(.*\\)' },
    {
      wire: { kind: 'oversized-body' },
      says: 'an answer of more than 64 MiB is not one of AWS: is something else at the endpoint\\?',
    },
    {
      wire: { kind: 'wrong-content-type' },
      says: 'the answer \\(HTTP 200\\) is not one of AWS: is something else at the endpoint\\?',
    },
    {
      wire: { kind: 'expired-credentials' },
      says: 'ExpiredTokenException: .*; asking for new credentials',
    },
    { wire: { kind: 'clock-skew' }, says: 'InvalidSignatureException: Signature expired: .*' },
  ] as const)('$wire: says for what, then goes on', async ({ says, wire }) => {
    await fault({ ...wire, operation: 'eks:DescribeCluster', count: 2 })
    const said = await starter.migrate('--read-only')
    expect(said.code).toBe(exitCode.ok)
    const lines = said.err.trimEnd().split('\n')
    for (const line of lines) {
      expect(line).toMatch(
        new RegExp(`^waiting: eks:DescribeCluster: ${says}; waiting \\d+\\.\\d s$`),
      )
    }
    // The server's clock is found out at the first refusal.
    expect(lines).toHaveLength(wire.kind === 'clock-skew' ? 1 : 2)
  })
})
