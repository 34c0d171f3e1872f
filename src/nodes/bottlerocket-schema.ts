/** Bottlerocket's settings: keys, types, and the KubeletConfiguration field of each. Nodes layer, data. */

import { duration, type FieldSchema, quantity, threshold } from './field-schema.ts'

const bool: FieldSchema = { type: 'boolean' }
const text: FieldSchema = { type: 'string' }
const texts: FieldSchema = { type: 'list', of: text }
const time: FieldSchema = { type: 'string', pattern: duration }
const amount: FieldSchema = { type: 'string', pattern: quantity }
const int32: FieldSchema = { type: 'integer', min: -2_147_483_648, max: 2_147_483_647 }
const percent: FieldSchema = {
  type: 'either',
  of: [
    { type: 'integer', min: 0, max: 100 },
    { type: 'string', pattern: { form: /^(?:\d\d?|100)$/, name: 'a whole number from 0 to 100' } },
  ],
}
const taintValue: FieldSchema = {
  type: 'string',
  pattern: {
    form: /^[\w.-]*:(?:NoSchedule|PreferNoSchedule|NoExecute)$/,
    name: 'value:Effect, e.g. arm64:NoSchedule',
  },
}
const open: FieldSchema = { type: 'any' }

const kubernetes: Readonly<Record<string, FieldSchema>> = {
  'allowed-unsafe-sysctls': texts,
  'api-server': text,
  'authentication-mode': { type: 'string', oneOf: ['aws', 'tls'] },
  'bootstrap-token': text,
  'cloud-provider': { type: 'string', oneOf: ['', 'aws', 'external'] },
  'cluster-certificate': text,
  'cluster-dns-ip': { type: 'either', of: [text, texts] },
  'cluster-domain': text,
  'cluster-name': text,
  'container-log-max-files': int32,
  'container-log-max-size': amount,
  'container-log-max-workers': int32,
  'container-log-monitor-interval': time,
  'cpu-cfs-quota-enforced': bool,
  'cpu-manager-policy': { type: 'string', oneOf: ['none', 'static'] },
  'cpu-manager-policy-options': texts,
  'cpu-manager-reconcile-period': time,
  'credential-providers': open,
  'device-ownership-from-security-context': bool,
  'event-burst': int32,
  'event-qps': int32,
  'eviction-hard': { type: 'map', of: { type: 'string', pattern: threshold } },
  'eviction-max-pod-grace-period': { type: 'integer', min: 0 },
  'eviction-soft': { type: 'map', of: { type: 'string', pattern: threshold } },
  'eviction-soft-grace-period': { type: 'map', of: time },
  'hostname-override': text,
  'hostname-override-source': { type: 'string', oneOf: ['instance-id', 'private-dns-name'] },
  'ids-per-pod': { type: 'integer', min: 0 },
  'image-gc-high-threshold-percent': percent,
  'image-gc-low-threshold-percent': percent,
  'kube-api-burst': int32,
  'kube-api-qps': int32,
  'kube-reserved': { type: 'map', of: amount },
  'log-level': { type: 'integer', min: 0, max: 255 },
  'max-pods': { type: 'integer', min: 0, max: 4_294_967_295 },
  'memory-manager-policy': { type: 'string', oneOf: ['None', 'Static'] },
  'memory-manager-reserved-memory': open,
  'memory-swap-behavior': { type: 'string', oneOf: ['NoSwap', 'LimitedSwap'] },
  'node-ip': text,
  'node-labels': { type: 'map', of: text },
  'node-taints': {
    type: 'map',
    of: { type: 'either', of: [taintValue, { type: 'list', of: taintValue }] },
  },
  'pod-infra-container-image': text,
  'pod-pids-limit': { type: 'integer' },
  'provider-id': text,
  'registry-burst': int32,
  'registry-qps': int32,
  'reserved-cpus': text,
  'seccomp-default': bool,
  'server-certificate': text,
  'server-key': text,
  'server-tls-bootstrap': bool,
  'shutdown-grace-period': time,
  'shutdown-grace-period-for-critical-pods': time,
  'single-process-oom-kill': bool,
  'standalone-mode': bool,
  'static-pods': open,
  'static-pods-enabled': bool,
  'system-reserved': { type: 'map', of: amount },
  'topology-manager-policy': {
    type: 'string',
    oneOf: ['none', 'best-effort', 'restricted', 'single-numa-node'],
  },
  'topology-manager-policy-options': open,
  'topology-manager-scope': { type: 'string', oneOf: ['container', 'pod'] },
}

const command: FieldSchema = {
  type: 'object',
  fields: {
    commands: { type: 'list', of: texts },
    essential: bool,
    mode: { type: 'string', oneOf: ['always', 'off', 'once'] },
  },
}
const mirror: FieldSchema = {
  type: 'object',
  fields: { registry: text, endpoint: texts, capabilities: texts },
}

/**
 * bottlerocket-settings-sdk of 2026 for `[settings.kubernetes]`; of other tables the names, and the
 * content of those that the bootstrap model writes. Unknown keys and wrong types make the unit fail: the
 * kubelet never starts.
 */
export const bottlerocketSchema: FieldSchema = {
  type: 'object',
  fields: {
    settings: {
      type: 'object',
      fields: {
        autoscaling: open,
        aws: open,
        boot: open,
        'bootstrap-commands': { type: 'map', of: command },
        'bootstrap-containers': open,
        cloudformation: open,
        'container-registry': {
          type: 'object',
          fields: {
            mirrors: {
              type: 'either',
              of: [
                { type: 'list', of: mirror },
                { type: 'map', of: texts },
              ],
            },
            credentials: open,
            creds: open,
          },
        },
        'container-runtime': open,
        'container-runtime-plugins': open,
        dns: open,
        ecs: open,
        'host-containers': open,
        kernel: open,
        'kubelet-device-plugins': open,
        'kubelet-dra-drivers': open,
        kubernetes: { type: 'object', fields: kubernetes },
        measurement: open,
        metrics: open,
        motd: text,
        network: {
          type: 'object',
          fields: { hostname: text, hosts: open, 'https-proxy': text, 'no-proxy': texts },
        },
        ntp: open,
        'nvidia-container-runtime': open,
        'oci-defaults': open,
        'oci-hooks': open,
        pki: {
          type: 'map',
          of: { type: 'object', fields: { data: text, trusted: bool } },
        },
        updates: open,
      },
    },
  },
}

/** KubeletConfiguration fields and the setting of the same meaning and type; others have none. */
export const settingByField: Readonly<Record<string, string>> = {
  allowedUnsafeSysctls: 'allowed-unsafe-sysctls',
  clusterDNS: 'cluster-dns-ip',
  clusterDomain: 'cluster-domain',
  containerLogMaxFiles: 'container-log-max-files',
  containerLogMaxSize: 'container-log-max-size',
  containerLogMaxWorkers: 'container-log-max-workers',
  containerLogMonitorInterval: 'container-log-monitor-interval',
  cpuCFSQuota: 'cpu-cfs-quota-enforced',
  cpuManagerPolicy: 'cpu-manager-policy',
  cpuManagerReconcilePeriod: 'cpu-manager-reconcile-period',
  eventBurst: 'event-burst',
  eventRecordQPS: 'event-qps',
  evictionHard: 'eviction-hard',
  evictionMaxPodGracePeriod: 'eviction-max-pod-grace-period',
  evictionSoft: 'eviction-soft',
  evictionSoftGracePeriod: 'eviction-soft-grace-period',
  imageGCHighThresholdPercent: 'image-gc-high-threshold-percent',
  imageGCLowThresholdPercent: 'image-gc-low-threshold-percent',
  kubeAPIBurst: 'kube-api-burst',
  kubeAPIQPS: 'kube-api-qps',
  kubeReserved: 'kube-reserved',
  maxPods: 'max-pods',
  memoryManagerPolicy: 'memory-manager-policy',
  podPidsLimit: 'pod-pids-limit',
  providerID: 'provider-id',
  registryBurst: 'registry-burst',
  registryPullQPS: 'registry-qps',
  reservedSystemCPUs: 'reserved-cpus',
  seccompDefault: 'seccomp-default',
  serverTLSBootstrap: 'server-tls-bootstrap',
  shutdownGracePeriod: 'shutdown-grace-period',
  shutdownGracePeriodCriticalPods: 'shutdown-grace-period-for-critical-pods',
  singleProcessOOMKill: 'single-process-oom-kill',
  systemReserved: 'system-reserved',
  topologyManagerPolicy: 'topology-manager-policy',
  topologyManagerScope: 'topology-manager-scope',
}

/** Settings that EKS writes itself for a managed node group without an AMI id. */
export const settingsOfEks: readonly string[] = [
  'api-server',
  'cluster-certificate',
  'cluster-name',
  'node-labels',
  'node-taints',
]

/** First version whose `apiclient ephemeral-storage bind` needs no list of directories. */
export const bindWithoutDirsSince = '1.46.0'
