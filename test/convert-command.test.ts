import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { exitCode } from '../src/cli/exit-code.ts'
import { regroup } from './program.ts'
import { root } from './sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'regroup-convert-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const script = `#!/bin/bash
set -e
yum install -y nfs-utils
/etc/eks/bootstrap.sh demo --apiserver-endpoint https://EXAMPLE.gr7.eu-west-1.eks.amazonaws.com \\
  --b64-cluster-ca Zm9vYmFy --service-ipv4-cidr 10.100.0.0/16
`
const short = '#!/bin/bash\n/etc/eks/bootstrap.sh demo\n'

function convert(content: string | Uint8Array, ...flags: string[]) {
  writeFileSync(at('user-data'), content)
  const target = flags.includes('--to') ? [] : ['--to', 'AmazonLinux2023']
  return regroup('convert', 'user-data', at('user-data'), ...target, ...flags)
}

describe('convert user-data', () => {
  it('prints user data to standard output and the report to standard error', async () => {
    const { code, err, out } = await convert(script)
    expect(code).toBe(exitCode.ok)
    expect(out).toMatch(/^MIME-Version: 1\.0\n/)
    expect(out).toContain('yum install -y nfs-utils')
    expect(err).toMatch(/^ {3}3 {2}carried {3}yum install -y nfs-utils +stays in the script/m)
    expect(err).toContain('lines: 5 carried, 0 dropped, 0 blocking\n')
  })

  it('prints exactly the documented members as JSON', async () => {
    const { code, err, out } = await convert(script, '-o', 'json')
    const { findings, lines, userData } = JSON.parse(out)
    expect([code, err]).toEqual([exitCode.ok, ''])
    expect(Object.keys(JSON.parse(out))).toEqual(['userData', 'lines', 'findings'])
    expect(userData).toBe((await convert(script)).out)
    expect(lines[2]).toEqual({
      line: 3,
      verdict: 'carried',
      text: 'yum install -y nfs-utils',
      why: 'stays in the script, which runs before the kubelet',
    })
    expect(findings.map((one: { code: string }) => one.code)).toContain('convert/packages')
  })

  it('keeps incomplete user data from a pipe unless it is asked for', async () => {
    const held = await convert(short)
    expect([held.code, held.out]).toEqual([exitCode.blocked, ''])
    expect(held.err).toContain('--service-cidr')
    expect(held.err).toContain('3 findings need a human; no user data is printed')
    const asked = await convert(short, '--incomplete')
    expect(asked.code).toBe(exitCode.blocked)
    expect(asked.out).toContain('name: demo')
    const json = await convert(short, '-o', 'json')
    expect(json.code).toBe(exitCode.blocked)
    expect(JSON.parse(json.out).userData).toBe(asked.out)
  })

  it('takes facts that the script leaves out', async () => {
    const facts = ['--endpoint', 'https://x.example.com', '--certificate-authority', 'Zm9v']
    const { code, out } = await convert(short, ...facts, '--service-cidr', '172.20.0.0/16')
    expect(code).toBe(exitCode.ok)
    expect(out).toContain('cidr: 172.20.0.0/16')
  })

  it('writes settings for Bottlerocket', async () => {
    const { code, out } = await convert(script.replace(/^yum.*\n/m, ''), '--to', 'Bottlerocket')
    expect(code).toBe(exitCode.ok)
    expect(out).toContain('cluster-dns-ip = "10.100.0.10"')
  })
})

describe('forms of input', () => {
  const base64 = Buffer.from(script).toString('base64')
  const answer = (versions: object[]) => JSON.stringify({ LaunchTemplateVersions: versions })
  it.each<[string, string | Uint8Array, string]>([
    ['gzip', gzipSync(script), 'it was gzip'],
    ['base64', base64, 'it was base64'],
    ['wrapped base64', base64.replaceAll(/.{76}/g, '$&\n'), 'it was base64'],
    ['base64 of gzip', gzipSync(script).toString('base64'), 'it was gzip'],
    [
      'versions of a launch template',
      answer([
        { VersionNumber: 1, LaunchTemplateData: { UserData: 'b2xk' } },
        { VersionNumber: 2, LaunchTemplateData: { UserData: base64 } },
      ]),
      'version 2 of the launch template',
    ],
    [
      'an attribute of an instance',
      JSON.stringify({ UserData: { Value: base64 } }),
      'it was base64',
    ],
    ['CRLF', script.replaceAll('\n', '\r\n'), 'lines: 5 carried'],
    ['a byte order mark', `\ufeff${script}`, 'lines: 5 carried'],
    ['no line break at the end', script.trimEnd(), 'lines: 5 carried'],
  ])('%s', async (_, content, told) => {
    const plain = await convert(script)
    const said = await convert(content)
    expect([said.code, said.out]).toEqual([exitCode.ok, plain.out])
    expect(said.err).toContain(told)
  })

  it('reads standard input', () => {
    const args = [
      join(root, 'bin/regroup.js'),
      'convert',
      'user-data',
      '-',
      '--to',
      'AmazonLinux2023',
    ]
    const { status, stdout } = spawnSync(process.execPath, args, {
      input: script,
      encoding: 'utf8',
    })
    expect(status).toBe(exitCode.ok)
    expect(stdout).toContain('name: demo')
  })
})

describe('input that cannot be converted', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['an empty file', '', 'convert/empty'],
    ['white space', ' \n\t\n', 'convert/empty'],
    [
      'a NodeConfig',
      'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {}\n',
      'convert/already',
    ],
    ['settings of Bottlerocket', '[settings.kubernetes]\nmax-pods = 58\n', 'convert/already'],
    ['a PowerShell block', '<powershell>\nWrite-Host x\n</powershell>\n', 'convert/already'],
    ['control characters', '#!/bin/bash\n\u0000\u0001\n', 'convert/not-text'],
    ['a huge file', `#!/bin/bash\n${'# x\n'.repeat(100_000)}`, 'convert/too-large'],
    ['bytes that are no UTF-8', new Uint8Array([0x23, 0x21, 0xff, 0xfe]), 'is not UTF-8'],
    ['broken gzip', new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2]), 'begins like gzip'],
    ['a gzip bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024)), 'unpacks to more'],
  ])('%s', async (_, content, told) => {
    const { code, err, out } = await convert(content)
    expect([code, out]).toEqual([exitCode.findings, ''])
    expect(err).toContain(told)
    expect(err).not.toContain('bug in regroup')
  })

  it('a folder, and nothing at all', async () => {
    mkdirSync(at('folder'), { recursive: true })
    const flags = ['--to', 'AmazonLinux2023']
    const isFolder = await regroup('convert', 'user-data', at('folder'), ...flags)
    expect([isFolder.code, isFolder.err]).toEqual([
      exitCode.findings,
      expect.stringContaining('is a folder'),
    ])
    const isGone = await regroup('convert', 'user-data', at('nothing'), ...flags)
    expect([isGone.code, isGone.err]).toEqual([
      exitCode.findings,
      expect.stringContaining('does not exist'),
    ])
  })

  it.each([
    [['--to', 'AmazonLinux23'], 'Did you mean AmazonLinux2023?'],
    [['--to', 'AmazonLinux2023', '-o', 'yaml'], 'Use one of text, json.'],
    [[], '--to'],
  ])('%j is wrong usage', async (flags, hint) => {
    const said = await regroup('convert', 'user-data', at('user-data'), ...flags)
    expect(said.code).toBe(exitCode.usage)
    expect(said.err).toContain(hint)
  })
})

it('the example of docs/convert.md is what the command prints', async () => {
  const text = readFileSync(join(root, 'docs/convert.md'), 'utf8')
  const blocks = [...text.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  const file = join(root, 'examples/convert/al2-user-data.sh')
  const said = await regroup('convert', 'user-data', file, '--to', 'AmazonLinux2023')
  const plain = said.err.replaceAll(file, 'examples/convert/al2-user-data.sh')
  expect(said.code).toBe(exitCode.ok)
  expect(blocks).toContain(said.out)
  expect(blocks).toContain(plain)
})
