// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates are the subject.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { brokenConversionLaws } from '../../../test/fuzz/conversion-laws.ts'
import { parseBootstrap } from '../user-data.ts'
import { convertUserData } from './convert-user-data.ts'
import type { ConversionTarget, ConvertOptions } from './verdict.ts'

const folder = new URL('../../../test/fixtures/user-data/', import.meta.url)
const names = readdirSync(folder).sort()
const textOf = (id: string): string => {
  const name = names.find((one) => one.startsWith(`${id.toLowerCase()}-`)) ?? ''
  return readFileSync(new URL(name, folder), 'utf8')
}
const facts = {
  serviceCidr: '10.100.0.0/16',
  endpoint: 'https://EXAMPLE.gr7.eu-west-1.eks.amazonaws.com',
  certificateAuthority: 'Zm9vYmFy',
}

function converted(id: string, target: ConversionTarget, more: Partial<ConvertOptions> = {}) {
  const conversion = convertUserData(textOf(id), { target, file: id, ...more })
  const codes = conversion.findings.map(({ code }) => code)
  const errors = conversion.findings.filter(({ severity }) => severity === 'error')
  const blocking = conversion.lines.flatMap(({ line, verdict }) =>
    verdict === 'blocking' ? [line] : [],
  )
  return { ...conversion, codes, errors: errors.map(({ code }) => code), blocking }
}

/** What a sample must come to: lines that block, and texts that stand in the result or do not. */
interface Expected {
  readonly blocking: readonly number[]
  readonly has: readonly string[]
  readonly hasNot?: readonly string[]
  readonly codes?: readonly string[]
}

const al2023: Readonly<Record<string, Expected>> = {
  S01: {
    blocking: [12],
    has: [
      'imageGCHighThresholdPercent: 70',
      'imageGCLowThresholdPercent: 50',
      '"--node-labels=lifecycle=${node_lifecycle}"',
      '"--register-with-taints=${node_taint}"',
      'name: "${cluster_name}"',
    ],
    hasNot: ['sed', '#!'],
    codes: [
      'convert/edit-needs-lines',
      'convert/edit-needs-comma',
      'convert/edit-half-applied',
      'convert/edit-file-absent',
      'convert/dns-guessed',
      'convert/cluster-fact',
    ],
  },
  S02: {
    blocking: [3],
    has: ['"--node-labels=role=${role},team=data"', 'value: "${role}"', '- "${extra_args}"'],
    codes: ['convert/opaque-arguments'],
  },
  S03: {
    blocking: [8],
    has: [
      'packages:\n  - jq',
      "--region '{{ v1.region }}'",
      'zone={{ v1.availability_zone }}',
      '- 172.20.0.10',
    ],
    hasNot: ['runcmd', 'docker', 'bootstrap.sh'],
  },
  S04: {
    blocking: [6, 7, 8, 17],
    has: [
      '--node-labels=team=web',
      'maxPods: 29',
      'apiServerEndpoint: https://EXAMPLE.gr7.us-west-2',
    ],
    hasNot: ['eks.amazonaws.com/nodegroup', 'nobody reads'],
    codes: ['convert/mime', 'convert/eks-label'],
  },
  S05: {
    blocking: [],
    has: ['--node-labels=sim=gpu', 'key: sim', 'cidr: 10.100.0.0/16'],
    hasNot: ['systemd', '#!'],
  },
  S06: {
    blocking: [26],
    has: [
      'LIFECYCLE=$(curl',
      'TOKEN=$(curl',
      '"--node-labels=role=worker,node-lifecycle=$LIFECYCLE"',
      'CPUManager: true',
      'cpu: 200m',
      'maxPods: 58',
    ],
    hasNot: ['jq', 'restart kubelet'],
    codes: ['convert/boot-value'],
  },
  S07: {
    blocking: [],
    has: ['containerLogMaxFiles: 5', 'containerLogMaxSize: 20Mi', 'https://mirror.example.com'],
    hasNot: ['pause', 'live-restore'],
    codes: ['convert/docker'],
  },
  S08: {
    blocking: [],
    has: ['maxPods: 20'],
    hasNot: ['cluster:'],
    codes: ['convert/max-pods-merged'],
  },
  S09: { blocking: [], has: ['maxPods: 110'], hasNot: ['cluster:'] },
  S10: { blocking: [8], has: ['maxPods: 110', '--node-labels=pool=dense'], hasNot: ['profile.d'] },
  S11: { blocking: [2, 4, 5], has: [], codes: ['convert/script-patch'] },
  S12: {
    blocking: [],
    has: ['imageGCHighThresholdPercent: 70', 'imageGCLowThresholdPercent: 50'],
    hasNot: ['jq', 'cluster:'],
  },
  S13: {
    blocking: [9],
    has: [
      '# Before the bootstrap\nyum install -y nfs-utils',
      'node-exporter',
      'key: purpose',
      'cidr: "${service_cidr}"',
    ],
    hasNot: ['/opt/agents/register', 'KUBELET_EXTRA_ARGS'],
    codes: ['convert/after-kubelet', 'convert/packages'],
  },
  S14: { blocking: [4], has: ['shutdownGracePeriod: 45s', 'shutdownGracePeriodCriticalPods: 15s'] },
  S15: {
    blocking: [2],
    has: ['accelerator=v100', 'key: dedicated'],
    codes: ['convert/kubelet-refuses'],
  },
  S16: {
    blocking: [],
    has: [
      'EXTRA="--node-labels=stack=${AWS::StackName}"',
      '- "$EXTRA"',
      'apiServerEndpoint: "${Cluster.Endpoint}"',
    ],
    codes: ['convert/boot-value', 'convert/placeholder'],
  },
  S17: {
    blocking: [5],
    has: ['cidr: "${cluster_service_cidr}"', 'certificateAuthority: "${cluster_auth_base64}"'],
    codes: ['convert/opaque-arguments'],
  },
  S18: { blocking: [6], has: ['maxPods: 20', '--node-labels=app=api'], hasNot: ['nodegroup'] },
  S19: { blocking: [], has: ['maxPods: 64', 'family=al2023,team=core'], hasNot: ['maxPods: 29'] },
  S20: {
    blocking: [7, 8],
    has: ['CORES=$(nproc)', '"--reserved-cpus=0-$((CORES / 8))"', 'cpuManagerPolicy: static'],
    hasNot: ['grubby', 'reboot'],
    codes: ['convert/reboot', 'convert/after-kubelet'],
  },
  S21: { blocking: [2], has: ['name: demo'], hasNot: ['MAX_PODS'], codes: ['convert/al2-only'] },
  S22: { blocking: [], has: [], codes: ['convert/never-effective'] },
  S23: {
    blocking: [],
    has: [
      '/etc/sysctl.d/90-hardening.conf',
      '%{ if length(extra_packages) > 0 ~}',
      '${join(" ", extra_packages)}',
    ],
  },
  S24: {
    blocking: [3],
    has: ['effect: NoExecute', 'karpenter.sh/capacity-type=spot', 'maxPods: 110'],
    hasNot: ['exec >'],
  },
}

describe('samples to Amazon Linux 2023', () => {
  it.each(Object.entries(al2023))('%s', (id, { blocking, codes = [], has, hasNot = [] }) => {
    const found = converted(id, 'AmazonLinux2023')
    for (const text of has) expect(found.userData).toContain(text)
    for (const text of hasNot) expect(found.userData).not.toContain(text)
    expect(found.blocking).toEqual(blocking)
    expect(found.codes).toEqual(expect.arrayContaining([...codes]))
  })

  it('has an expectation for every sample', () => {
    expect(names.map((name) => name.slice(0, 3).toUpperCase())).toEqual(Object.keys(al2023))
    expect(names).toHaveLength(24)
  })
})

/** Lines that block on Bottlerocket; a text that its settings must hold. */
const bottlerocket: Readonly<Record<string, readonly [readonly number[], string]>> = {
  S01: [[13], 'image-gc-high-threshold-percent = 70'],
  S02: [[3], 'dedicated = ["${role}:NoSchedule"]'],
  S03: [[3, 4, 6], 'zone = "{{ v1.availability_zone }}"'],
  S04: [[6, 7, 8], 'cluster-dns-ip = ["172.20.0.10"]'],
  S05: [[], 'sim = ["gpu:NoSchedule"]'],
  S06: [[26, 32], 'cpu = "200m"'],
  S07: [[], 'container-log-max-size = "20Mi"'],
  S08: [[], 'max-pods = 20'],
  S09: [[], 'max-pods = 110'],
  S10: [[], 'pool = "dense"'],
  S11: [[2, 4, 5], ''],
  S12: [[], 'image-gc-low-threshold-percent = 50'],
  S13: [[3, 8, 9], 'purpose = ["builds:NoSchedule"]'],
  S14: [[4], 'shutdown-grace-period = "45s"'],
  S15: [[2], 'accelerator = "v100"'],
  S16: [[6], 'api-server = "${Cluster.Endpoint}"'],
  S17: [[5], 'cluster-certificate = "${cluster_auth_base64}"'],
  S18: [[], 'max-pods = 20'],
  S19: [[7, 8, 9, 10, 11, 12, 13, 14, 15, 16], 'max-pods = 29'],
  S20: [[5, 7, 8], 'cpu-manager-policy = "static"'],
  S21: [[2], 'cluster-name = "demo"'],
  S22: [[], ''],
  S23: [[8, 9, 10, 11], '"vm.overcommit_memory" = "1"'],
  S24: [[], 'team = ["a:NoSchedule", "a:NoExecute"]'],
}

describe('samples to Bottlerocket', () => {
  it.each(Object.entries(bottlerocket))('%s', (id, [blocking, has]) => {
    const found = converted(id, 'Bottlerocket')
    expect(found.userData).toContain(has)
    expect(found.blocking).toEqual(blocking)
  })
})

describe.each(['AmazonLinux2023', 'Bottlerocket'] as const)('every sample to %s', (target) => {
  it.each(names)('%s keeps the laws, with and without the facts of the cluster', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    for (const more of [{}, facts]) {
      expect(brokenConversionLaws(text, { target, file: name, ...more })).toEqual([])
    }
  })
})

describe('with the facts that a script leaves out', () => {
  it('the bare call converts completely', () => {
    const found = converted('S14', 'AmazonLinux2023', facts)
    expect(found.errors).toEqual([])
    expect(parseBootstrap('AmazonLinux2023', found.userData)?.cluster).toEqual({
      name: 'demo',
      ...facts,
    })
  })

  it('a fact that contradicts the script blocks', () => {
    const found = converted('S05', 'AmazonLinux2023', { serviceCidr: '172.20.0.0/16' })
    expect(found.errors).toEqual(['convert/cluster-fact'])
    expect(found.blocking).toEqual([9])
  })
})
