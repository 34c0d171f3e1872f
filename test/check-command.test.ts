/** regroup check as users run it: kinds of input, outputs, exit codes, waivers. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { check } from '../src/check/check.ts'
import { regroup } from './program.ts'
import { root } from './sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'regroup-check-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const today = '2026-11-26'

function written(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const example = (name: string): string => join(root, 'examples', name)

/** `CODE line` of every finding of an example, in order. */
function codesOf(name: string, options: Partial<Parameters<typeof check>[1]> = {}) {
  const input = { file: name, bytes: readFileSync(example(name)) }
  return check(input, { today, ...options }).map(
    ({ code, location, waiver }) =>
      `${code} ${location?.line}${waiver === undefined ? '' : ' waived'}`,
  )
}

describe('kinds of input', () => {
  it('a fleet file: faults of the file and of the groups in one run', () => {
    expect(codesOf('faulty/fleet.yaml')).toEqual([
      'AMI-11 13',
      'SPT-1 16',
      'SPT-1 16 waived',
      'LBL-2 19',
      'SEED-18 20',
      'SCL-5 21',
      'SEED-17 23',
      'fleet/al2-ended 25',
      'fleet/architecture-mismatch 26',
      'VER-3 27',
      'fleet/reserved-label 30',
      'LT-22 31',
      'SEED-17 34',
      'fleet/node-config 41',
      'fleet/node-config 41',
      'LBL-4 51',
      'LBL-4 51',
      'check/waiver-expired 55',
      'check/waiver-unused 56',
    ])
  })

  it('a fleet with an image of its own: what Regroup writes is right, what the team writes may not be', () => {
    const codes = (userData: string): readonly string[] => {
      const bytes = `apiVersion: regroup.dev/v1alpha1
kind: Fleet
metadata: { name: a }
defaults:
  ami: { id: ami-0123456789abcdef0 }
  availabilityZone: a
  preBootstrapCommands: ${userData === '' ? '[echo a]' : '[]'}
nodeGroups:
  - name: web
    instanceTypes: [m6i.large]
    updateConfig: { maxUnavailable: 1 }
    taints: [{ key: a, effect: NoSchedule }]
${userData}
  - { name: all, instanceTypes: [m6i.large], updateConfig: { maxUnavailable: 1 } }
clusters: [{ names: [shop] }]
`
      return check({ file: 'f', bytes }, { today }).map(({ code }) => code)
    }
    expect(codes('')).toEqual([])
    expect(codes('    userData: "#!/bin/bash\\n/etc/eks/bootstrap.sh shop\\n"')).toEqual([
      'UD-7',
      'UD-3',
      'UD-4',
    ])
  })

  it('an AL2 script', () => {
    expect(codesOf('faulty/al2-user-data.sh')).toEqual([
      'SEED-18 1',
      'UD-14 4',
      'UD-13 7',
      'UD-8 9',
      'UD-15 9',
    ])
  })

  it('launch templates; the family that they do not say can be given', () => {
    const faults = ['LT-21 10', 'LT-26 10', 'LT-1 12', 'LT-22 18', 'LT-2 27', 'LT-11 34']
    const rest = ['LT-13 37', 'LT-25 37', 'LT-3 40']
    expect(codesOf('faulty/launch-template.json')).toEqual([...faults, ...rest])
    const more = codesOf('faulty/launch-template.json', { amiFamily: 'AmazonLinux2023' })
    const added = more.filter((one) => ![...faults, ...rest].includes(one))
    expect(added.map((one) => one.split(' ')[0]).sort()).toEqual(['LT-19', 'UD-1', 'UD-3'])
  })

  it('a Terraform plan: what is known after the apply only is no fault', () => {
    const input = {
      file: 'plan.json',
      bytes: readFileSync(example('faulty/terraform/plan.json')),
    }
    const findings = check(input, { today })
    expect(findings.map(({ code, groups }) => `${code} ${groups.length}`)).toEqual([
      'SEED-17 2',
      'SPT-1 2',
      'LT-12 2',
      'NAM-2 2',
      'LT-26 2',
      'SEED-14 2',
      'LT-21 2',
      'UD-13 2',
      'UD-17 2',
      'SEED-18 2',
      'SEED-18 2',
      'LT-25 2',
      'LBL-1 2',
      'SCL-1 2',
      'AMI-4 1',
    ])
    expect(findings.at(-1)?.groups).toEqual(['module.web.aws_eks_node_group.this["wrong"]'])
  })

  it('a Terraform plan of updates: what the state has is not what is sent', () => {
    const path = 'test/data/terraform-plans/update.json'
    const findings = check({ file: path, bytes: readFileSync(join(root, path)) }, { today })
    expect(findings.map(({ code, groups }) => `${code} ${groups.join()}`)).toEqual([
      'VER-4 shop',
      'VER-5 shop',
      'SEED-17 aws_eks_node_group.batch',
      'NAM-3 aws_eks_node_group.batch',
      'SCL-2 aws_eks_node_group.web',
      'AMI-3 aws_eks_node_group.web',
      'VER-2 aws_eks_node_group.web',
      'LT-11 aws_eks_node_group.web',
      'LT-26 aws_eks_node_group.web',
      'LT-21 aws_eks_node_group.web',
      'UD-3 aws_eks_node_group.web',
      'LT-14 aws_eks_node_group.web',
    ])
  })

  it.each([
    ['an empty file', '', 'yaml/empty'],
    ['JSON of something else', '{"Reservations": []}', 'check/unknown-input'],
    ['a list', '[1, 2]', 'check/unknown-input'],
    ['broken JSON', '{"LaunchTemplateVersions": [', 'yaml/syntax'],
    ['a broken fleet', 'kind: Fleet\nclusters: [', 'yaml/syntax'],
    ['a Deployment', 'kind: Deployment\napiVersion: apps/v1\n', 'check/unknown-input'],
  ])('%s', (_, text, code) => {
    const findings = check({ file: 'f', bytes: text }, { today })
    expect(findings.map((one) => one.code)).toContain(code)
    expect(findings.every(({ location }) => location !== undefined)).toBe(true)
  })

  it.each([
    [
      'NodeConfig',
      'apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: { kublet: {} }\n',
      'UD-11',
    ],
    ['TOML', '[settings.kubernetes."node-labels"]\na = "b"\n', 'UD-6'],
    [
      'PowerShell',
      '<powershell>\n& Start-EKSBootstrap.ps1 -EKSClusterName a -KubeletExtraArgs "--node-labels=k8s.io/a=b"\n</powershell>\n',
      'UD-8',
    ],
    [
      'MIME with a fault',
      ' MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="a"\n\n--a--\n',
      'UD-1',
    ],
  ])('user data of the form %s', (_, text, code) => {
    const amiFamily = code === 'UD-1' ? ({ amiFamily: 'AmazonLinux2023' } as const) : {}
    const found = check({ file: 'f', bytes: text }, { today, ...amiFamily })
    expect(found.map((one) => one.code)).toContain(code)
  })
})

describe('folding', () => {
  it('180 groups with one fault are one finding with their names', () => {
    const [first] = check(
      { file: 'fleet.yaml', bytes: readFileSync(example('acme/fleet.yaml')) },
      { today },
    )
    expect(first?.code).toBe('AMI-11')
    expect(first?.groups).toHaveLength(60)
    expect(first?.groups[0]).toBe('dev-1/dev-1-*-spot-arm64')
  })
})

describe('outputs', () => {
  const faulty = example('faulty/fleet.yaml')

  it('text counts and folds', async () => {
    const { code, out } = await regroup('check', faulty)
    expect(code).toBe(3)
    expect(out).toContain(`${faulty}:19:21  error  LBL-2  Label team= is not valid`)
    expect(out).toContain('    in 2 groups: shop-1/shop-1-*-spot, shop-2/shop-2-*-spot\n')
    expect(out).toMatch(/\n8 errors, 6 warnings, 4 infos; 1 waived\n$/)
    expect(out).not.toMatch(/undefined|NaN|[{}]lt/)
  })

  it('json has every finding, waived ones too', async () => {
    const { out } = await regroup('check', faulty, '-o', 'json')
    const { counts, findings } = JSON.parse(out)
    expect(counts).toEqual({ error: 8, warning: 6, info: 4, waived: 1 })
    expect(findings).toHaveLength(19)
    const [hidden] = findings.filter((one: { waived: unknown }) => one.waived !== false)
    expect(hidden).toMatchObject({
      code: 'SPT-1',
      line: 16,
      groups: ['shop-2/shop-2-*-spot'],
      waived: { owner: 'platform', reason: 'capacity is reserved', expires: '2099-12-31' },
    })
  })

  it('sarif names its rules by index and suppresses what is waived', async () => {
    const { out } = await regroup('check', faulty, '-o', 'sarif')
    const { runs, version } = JSON.parse(out)
    expect(version).toBe('2.1.0')
    const [{ results, tool }] = runs
    for (const { level, locations, message, ruleId, ruleIndex } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId)
      expect(['error', 'warning', 'note']).toContain(level)
      expect(message.text).toMatch(/\S/)
      const { artifactLocation, region } = locations[0].physicalLocation
      expect(artifactLocation.uri).toMatch(/^file:\/\/\/.*fleet\.yaml$/)
      expect(region.startLine).toBeGreaterThan(0)
      expect(region.startColumn).toBeGreaterThan(0)
    }
    for (const { help, shortDescription } of tool.driver.rules) {
      expect(help.text).toContain(shortDescription.text)
    }
    const suppressed = results.filter((one: object) => 'suppressions' in one)
    expect(suppressed).toHaveLength(1)
    expect(suppressed[0].suppressions[0].kind).toBe('external')
  })

  it('github escapes what would end a command', async () => {
    const file = written(
      'odd,name.sh',
      '#!/bin/bash\n/etc/eks/bootstrap.sh a --kubelet-extra-args \'--node-labels=a="5%\n"\'\n',
    )
    const { out } = await regroup('check', file, '-o', 'github')
    const lines = out.trimEnd().split('\n')
    for (const line of lines)
      expect(line).toMatch(
        /^::(?:error|warning|notice) file=[^:]*,line=\d+,col=\d+,title=[A-Z-]+\d*::/,
      )
    expect(out).toContain('odd%2Cname.sh')
    expect(lines.find((line) => line.includes('title=UD-18'))).toContain('%25')
    expect(out).toContain('%0A')
  })
})

describe('exit codes', () => {
  const quiet = written('quiet.sh', '#!/bin/bash\nsysctl -p\n')
  const warned = written(
    'warned.sh',
    readFileSync(example('faulty/al2-user-data.sh'), 'utf8')
      .split('\n')
      .filter((line) => !/sed|grep/.test(line))
      .join('\n')
      .replace('shop', '--dns-cluster-ip 10.100.0.10 shop')
      .replace(',node-role.kubernetes.io/web=true', ''),
  )
  it.each<[string, string[], number]>([
    ['nothing found', [quiet], 0],
    ['errors', [example('faulty/fleet.yaml')], 3],
    ['errors in one of two files', [quiet, example('faulty/launch-template.json')], 3],
    ['warnings', [warned], 0],
    ['warnings, when asked for', [warned, '--fail-on', 'warning'], 3],
    ['infos, when asked for', [example('acme/fleet.yaml'), '--fail-on', 'info'], 3],
    ['a file that is not there', ['no.yaml'], 3],
    ['no file', [], 64],
    ['an unknown output', [quiet, '-o', 'xml'], 64],
    ['an unknown severity', [quiet, '--fail-on', 'fatal'], 64],
    ['an unknown family', [quiet, '--ami-family', 'AmazonLinux2032'], 64],
  ])('%s', async (_, args, code) => {
    const said = await regroup('check', ...args)
    expect(said.code).toBe(code)
    expect(said.err).not.toContain('bug in regroup')
  })

  it('a fleet that is a program is loaded, and told by its paths', async () => {
    const fleet = {
      apiVersion: 'regroup.dev/v1alpha1',
      kind: 'Fleet',
      metadata: { name: 'a' },
      nodeGroups: [{ name: 'web', availabilityZone: 'a', instanceTypes: ['m6i.lrage'] }],
      clusters: [{ names: ['shop'] }],
    }
    const file = written('fleet.mjs', `export default ${JSON.stringify(fleet)}`)
    const { code, out } = await regroup('check', file)
    expect(code).toBe(3)
    expect(out).toContain(
      `${file}:1:1  error  fleet/unknown-instance-type  nodeGroups[0].instanceTypes[0]: m6i`,
    )
  })

  it.each([
    ['empty.mjs', '', 'has no default export'],
    ['broken.mjs', 'export default {', 'cannot be loaded'],
  ])('%s is told, not thrown', async (name, text, said) => {
    const { code, err } = await regroup('check', written(name, text))
    expect(code).toBe(3)
    expect(err).toContain(said)
  })

  it('suggests the nearest family', async () => {
    const { err } = await regroup('check', quiet, '--ami-family', 'AmazonLinux2032')
    expect(err).toContain('Did you mean AmazonLinux2023?')
  })
})

describe('waivers', () => {
  const fleet = (waiver: string): string => `apiVersion: regroup.dev/v1alpha1
kind: Fleet
metadata: { name: a }
nodeGroups:
  - { name: web, capacityType: SPOT, availabilityZone: a, instanceTypes: [m6i.large], releaseVersion: 1.35.6-20260714 }
clusters:
  - { names: [shop, bank] }
waivers:
  - { ${waiver}, owner: platform, reason: known }
`
  const found = (waiver: string, day = today) =>
    check({ file: 'f.yaml', bytes: fleet(waiver) }, { today: day })
      .filter(({ code }) => code === 'SPT-1' || code.startsWith('check/'))
      .map(({ code, groups, waiver: one }) => [code, groups.join(' '), one !== undefined])

  it('hides all groups, or some', () => {
    expect(found('rule: SPT-1, expires: 2026-12-31')).toEqual([
      ['SPT-1', 'shop/web bank/web', true],
    ])
    expect(found('rule: SPT-1, groups: "shop/*", expires: 2026-12-31')).toEqual([
      ['SPT-1', 'bank/web', false],
      ['SPT-1', 'shop/web', true],
    ])
  })

  it('holds on its last day and not after it', () => {
    const waiver = 'rule: SPT-1, expires: 2026-11-26'
    expect(found(waiver)).toEqual([['SPT-1', 'shop/web bank/web', true]])
    expect(found(waiver, '2026-11-27')).toEqual([
      ['SPT-1', 'shop/web bank/web', false],
      ['check/waiver-expired', '', false],
    ])
  })

  it.each([
    ['rule: LT-21, expires: 2026-12-31', 'check/waiver-unused'],
    ['rule: SPT-1, groups: "bakery/*", expires: 2026-12-31', 'check/waiver-unused'],
    ['rule: SPT1, expires: 2026-12-31', 'check/waiver-unknown-rule'],
    ['rule: fleet/unknown-key, expires: 2026-12-31', 'check/waiver-unknown-rule'],
  ])('%s', (waiver, code) => {
    expect(found(waiver).map(([one]) => one)).toEqual(['SPT-1', code])
  })
})
