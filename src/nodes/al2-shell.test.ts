import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Bootstrap } from './bootstrap.ts'
import { bootstrapFaults } from './bootstrap-faults.ts'
import { parseMime } from './mime.ts'
import { shellQuoted, shellWords } from './shell-words.ts'
import { renderUserData } from './user-data.ts'

const has = (program: string): boolean =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
const hasBash = has('bash')
const hasJq = hasBash && has('jq')

const folder = mkdtempSync(join(tmpdir(), 'regroup-al2-'))
afterAll(() => {
  expect(existsSync(join(folder, 'pwned'))).toBe(false)
  rmSync(folder, { recursive: true, force: true })
})

/** A bootstrap.sh that prints its arguments, one a line, in place of the real one. */
const printer = join(folder, 'bootstrap.sh')
writeFileSync(printer, '#!/bin/bash\nfor word in "$@"; do printf "%s\\0" "$word"; done\n', {
  mode: 0o755,
})

const cluster = {
  name: 'demo',
  endpoint: 'https://EXAMPLE.gr7.eu-west-1.eks.amazonaws.com',
  certificateAuthority: 'Zm9vYmFy',
  serviceCidr: '10.100.0.0/16',
}
/** Values that a shell would act upon if they were not quoted. */
const hostile: readonly string[] = [
  'plain',
  'two words',
  "it's",
  "'",
  "''; touch pwned; '",
  '"double"',
  '$(touch pwned)',
  '`touch pwned`',
  `$\{HOME}`,
  'back\\slash',
  'a;b&c|d>e<f',
  '*?[a]{b,c}~',
  'new\nline',
  '\ttab',
  '!history',
  '#comment',
  'ünïcode ☃',
  '-n',
  '%i',
]

/** The arguments that bootstrap.sh would get. */
function argumentsOf(
  bootstrap: Bootstrap,
  family: 'AmazonLinux2' | 'Ubuntu' = 'AmazonLinux2',
): string[] {
  const text = renderUserData(family, bootstrap)
  const scripts = parseMime(text)?.map((part) => part.body) ?? [text]
  return scripts.flatMap((script) => {
    const path = join(folder, 'user-data.sh')
    writeFileSync(path, script.replace('/etc/eks/bootstrap.sh', printer))
    execFileSync('bash', ['-n', path])
    const out = execFileSync('bash', [path], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
    return out.toString('utf8').split('\0').slice(0, -1)
  })
}

describe.skipIf(!hasBash)('a shell reads Amazon Linux 2 user data as it was meant', () => {
  it.each(hostile)('%j as a label value', (value) => {
    const bootstrap = { cluster, labels: { tier: value }, taints: [], kubelet: {} }
    const words = argumentsOf(bootstrap)
    expect(words).toEqual([
      '--b64-cluster-ca',
      cluster.certificateAuthority,
      '--apiserver-endpoint',
      cluster.endpoint,
      '--dns-cluster-ip',
      '10.100.0.10',
      '--kubelet-extra-args',
      // A systemd unit reads %% as %.
      `--node-labels=tier=${value.replaceAll('%', '%%')}`,
      'demo',
    ])
    // Even what the shell survives may not pass systemd's splitting: only plain values are rendered.
    expect(bootstrapFaults('AmazonLinux2', bootstrap)).toHaveLength(
      value === 'plain' || value === '-n' ? 0 : 1,
    )
  })

  it.each(hostile)('%j as every fact of the cluster', (value) => {
    const facts = { name: value, endpoint: value, certificateAuthority: value, serviceCidr: value }
    const words = argumentsOf({ cluster: facts, labels: {}, taints: [], kubelet: {} })
    expect(words.at(-1)).toBe(value)
    expect(words[1]).toBe(value)
    expect(words[3]).toBe(value)
  })

  it.each(hostile)('%j as a fact of the cluster and as a command on Ubuntu', (value) => {
    const facts = { ...cluster, name: value, endpoint: value }
    const preBootstrapCommands = [`printf '%s\\0' ${shellQuoted(value)}`]
    const bootstrap = { cluster: facts, labels: {}, taints: [], kubelet: {}, preBootstrapCommands }
    const words = argumentsOf(bootstrap, 'Ubuntu')
    expect(words[0]).toBe(value)
    expect(words.at(-1)).toBe(value)
    expect(words[words.indexOf('--apiserver-endpoint') + 1]).toBe(value)
  })

  it.each(hostile)('shellWords reads %j as bash does', (value) => {
    const line = `printf '%s\\0' ${shellQuoted(value)} "${value.replaceAll(/[$`"\\]/g, '\\$&')}"`
    const script = join(folder, 'words.sh')
    writeFileSync(script, line)
    const out = execFileSync('bash', [script], { cwd: folder }).toString('utf8')
    expect(shellWords(line).slice(2)).toEqual(out.split('\0').slice(0, -1))
  })

  it('runs the commands of the team before the call', () => {
    const bootstrap = {
      cluster,
      labels: {},
      taints: [],
      kubelet: {},
      preBootstrapCommands: ['printf "first\\0"'],
    }
    expect(argumentsOf(bootstrap)[0]).toBe('first')
  })
})

/** Runs the merged script against a kubelet-config.json in the folder. */
function edited(kubelet: Bootstrap['kubelet'], before: string): string {
  const bootstrap = { cluster: undefined, labels: {}, taints: [], kubelet }
  const [part] = parseMime(renderUserData('AmazonLinux2', bootstrap)) ?? []
  const file = join(folder, 'kubelet-config.json')
  writeFileSync(file, before)
  const script = (part?.body ?? '').replaceAll('/etc/kubernetes/kubelet/kubelet-config.json', file)
  spawnSync('bash', ['-c', script], { stdio: 'ignore' })
  return readFileSync(file, 'utf8')
}

describe.skipIf(!hasJq)('the edit of kubelet-config.json', () => {
  const shipped = '{"kind":"KubeletConfiguration","apiVersion":"kubelet.config.k8s.io/v1beta1"}'

  it('works on a file of one line, where the sed of the old scripts broke', () => {
    const text = edited(
      { imageGCHighThresholdPercent: 70, imageGCLowThresholdPercent: 50 },
      shipped,
    )
    expect(JSON.parse(text)).toMatchObject({
      kind: 'KubeletConfiguration',
      imageGCHighThresholdPercent: 70,
      imageGCLowThresholdPercent: 50,
    })
  })

  it('leaves a broken file as it was', () => {
    expect(edited({ podPidsLimit: 5 }, '{"a":')).toBe('{"a":')
  })

  it.each(hostile)('takes %j as a key and as a value', (text) => {
    expect(JSON.parse(edited({ [text]: text }, shipped))[text]).toBe(text)
  })
})

it.skipIf(hasBash)('was not run: there is no bash', () => undefined)
