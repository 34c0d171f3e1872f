/** Random bootstraps of every kind, hostile texts in them, for tests that render and read back. */

import fc from 'fast-check'
import type { AmiFamily } from '../src/nodes/ami-parameters.ts'
import type { Bootstrap } from '../src/nodes/bootstrap.ts'
import { bootstrapFaults } from '../src/nodes/bootstrap-faults.ts'
import { familyLimits, mergedLimits } from '../src/nodes/bootstrap-limits.ts'

const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,12}[a-z0-9]$/)
const labelKey = fc.oneof(
  word,
  word.map((one) => `example.com/${one}`),
)
/** Anything that a shell, YAML, TOML or PowerShell could stumble over; MIME has no carriage return. */
const hostileText = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 40 })
  .map((text) => `x${text.replaceAll(/[\r\ud800-\udfff]/g, '')}`)
const url = word.map((host) => `https://${host}:8443`)
const json = fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), hostileText, {
  minKeys: 1,
  maxKeys: 3,
})

const cluster = fc.record({
  name: fc.stringMatching(/^[a-z][\w-]{0,20}$/),
  endpoint: url,
  certificateAuthority: fc.constantFrom('Zm9vYmFy', 'Zm9vYg=='),
  serviceCidr: fc.constantFrom('10.100.0.0/16', '172.16.0.0/12', 'fd00:1234::/108'),
})
const taint = fc.record(
  {
    key: labelKey,
    value: word,
    effect: fc.constantFrom('NoSchedule' as const, 'NoExecute' as const),
  },
  { requiredKeys: ['key', 'effect'] },
)
/** No two of one key and effect, sorted by key as Bottlerocket's table keeps them. */
const taints = fc
  .uniqueArray(taint, { selector: ({ effect, key }) => `${key}:${effect}`, maxLength: 3 })
  .map((all) => all.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))))

const kubelet = fc.record(
  {
    allowedUnsafeSysctls: fc.array(word, { minLength: 1, maxLength: 2 }),
    clusterDNS: fc.constant(['10.100.0.10', '169.254.20.10']),
    containerLogMaxFiles: fc.integer({ min: 2, max: 9 }),
    containerLogMaxSize: fc.constantFrom('10Mi', '1G'),
    evictionHard: fc.constantFrom({ 'memory.available': '5%', 'nodefs.available': '1Gi' }),
    imageGCHighThresholdPercent: fc.integer({ min: 86, max: 100 }),
    kubeReserved: fc.constantFrom({ cpu: '70m', memory: '574Mi' }, { cpu: '1' }),
    maxPods: fc.integer({ min: 1, max: 250 }),
    podPidsLimit: fc.integer({ min: -1, max: 5000 }),
    registryPullQPS: fc.integer({ min: 0, max: 50 }),
    reservedSystemCPUs: fc.constantFrom('0', '0-1', '0,3-4'),
    serializeImagePulls: fc.boolean(),
    shutdownGracePeriod: fc.constantFrom('30s', '1m30s'),
    topologyManagerPolicy: fc.constantFrom('best-effort', 'none'),
  },
  { requiredKeys: [] },
)

const members = fc.record(
  {
    kubeletFlags: fc.constantFrom(['--v=4'], ['--v=2', '--cloud-provider=external']),
    maxPodsExpression: fc.constant('(default_enis - 1) * (ips_per_eni - 1) + 2'),
    preBootstrapCommands: fc.array(hostileText, { minLength: 1, maxLength: 3 }),
    postBootstrapCommands: fc.array(hostileText, { minLength: 1, maxLength: 2 }),
    files: fc.uniqueArray(
      fc.record(
        {
          path: word.map((one) => `/etc/team/${one}`),
          content: hostileText,
          permissions: fc.constant('0600'),
        },
        { requiredKeys: ['path', 'content'] },
      ),
      { selector: ({ path }) => path, minLength: 1, maxLength: 2 },
    ),
    proxy: fc.oneof(
      fc.record({ https: url }),
      fc.record({ http: url, https: url, noProxy: fc.constant(['.internal', '10.0.0.0/8']) }),
    ),
    caBundle: hostileText,
    registryMirrors: fc.uniqueArray(
      fc.record({ registry: word, endpoints: fc.array(url, { minLength: 1, maxLength: 2 }) }),
      { selector: ({ registry }) => registry, minLength: 1, maxLength: 2 },
    ),
    containerdConfig: hostileText,
    baseRuntimeSpec: json,
    localStorage: fc.constantFrom('RAID0' as const, 'RAID10' as const, 'Mount' as const),
    localStorageMountPath: fc.constant('/mnt/disks'),
    localStorageDisabledMounts: fc.constant(['PodLogs' as const]),
    nodeConfigSpec: fc.constantFrom(
      { featureGates: { InstanceIdNodeName: true } },
      { instance: { network: { nameservers: ['10.0.0.2'] } } },
    ),
    settings: fc.oneof(
      fc.constant({ kernel: { lockdown: 'integrity' } }),
      json.map((motd) => ({ kubernetes: { 'log-level': 2 }, metrics: motd })),
    ),
    parts: fc.array(
      hostileText.map((body) => ({ contentType: 'text/x-include-url', body })),
      { minLength: 1, maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
)

const labels = fc.dictionary(labelKey, fc.oneof(word, fc.constant('')), { maxKeys: 3 })
/** With facts of the cluster: for templates that name the image. */
export const customBootstraps: fc.Arbitrary<Bootstrap> = fc
  .record({ cluster, labels, taints, kubelet, members })
  .map(({ members: more, ...all }) => ({ ...all, ...more }))
/** EKS passes labels and taints on by itself. */
export const mergedBootstraps: fc.Arbitrary<Bootstrap> = fc
  .record({ kubelet, members })
  .map(({ members: more, ...all }) => ({
    cluster: undefined,
    labels: {},
    taints: [],
    ...all,
    ...more,
  }))

/** Without what the family cannot carry: what is left must come back. */
export function carried(family: AmiFamily, bootstrap: Bootstrap): Bootstrap {
  const isMerged = bootstrap.cluster === undefined
  const limits = { ...familyLimits[family], ...(isMerged ? mergedLimits[family] : {}) }
  const kept = Object.entries(bootstrap).filter(([member]) => !(member in limits))
  const fields = Object.entries(bootstrap.kubelet).filter(
    ([field, value]) =>
      bootstrapFaults(family, { ...bare(isMerged), kubelet: { [field]: value } }).length === 0,
  )
  const all = { ...Object.fromEntries(kept), kubelet: Object.fromEntries(fields) } as Bootstrap
  if (family === 'Windows' && all.files !== undefined) {
    return { ...all, files: all.files.map(({ content, path }) => ({ content, path })) }
  }
  return family === 'Bottlerocket' ? forBottlerocket(all) : all
}

function forBottlerocket({ localStorage, proxy, ...all }: Bootstrap): Bootstrap {
  const { http: _, ...rest } = proxy ?? {}
  return {
    ...all,
    ...(localStorage === undefined ? {} : { localStorage: 'RAID0' }),
    ...(proxy === undefined ? {} : { proxy: rest }),
  }
}

function bare(isMerged: boolean): Bootstrap {
  const facts = {
    name: 'demo',
    endpoint: 'https://x',
    certificateAuthority: 'Zm9v',
    serviceCidr: '10.100.0.0/16',
  }
  return { cluster: isMerged ? undefined : facts, labels: {}, taints: [], kubelet: {} }
}
