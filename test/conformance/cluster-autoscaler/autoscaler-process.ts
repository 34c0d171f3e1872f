/** The real cluster-autoscaler as a child process, unmodified, pointed at a served twin. Test support. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { freePorts, type Program, startProgram } from '../control-plane/program.ts'
import { clusterName } from './shop-world.ts'

/** Its access key and its user: by such a name the judge tells the nodes it adds from Regroup's. */
export const autoscalerKeyId = 'cluster-autoscaler'
export const autoscalerUser = 'system:serviceaccount:kube-system:cluster-autoscaler'

/** Where it finds the world. */
export interface AutoscalerPlace {
  readonly folder: string
  readonly region: string
  readonly endpoint: string
  /** Text of the administrator's kubeconfig. */
  readonly kubeconfig: string
}

/** Ours, so that a loop takes seconds; everything else is its default. */
const haste = [
  '--scan-interval=3s',
  '--scale-down-unneeded-time=20s',
  '--scale-down-delay-after-add=10s',
  '--unremovable-node-recheck-timeout=15s',
  '--initial-node-group-backoff-duration=40s',
  '--max-node-group-backoff-duration=40s',
]

/** The services whose endpoint its AWS provider takes from its own configuration. */
const overridden = ['autoscaling', 'ec2', 'eks']

/** Starts it; its log goes to `autoscaler.log` in the folder. */
export async function startAutoscaler(place: AutoscalerPlace): Promise<Program> {
  const { endpoint, folder, region } = place
  const cloudConfig = join(folder, 'cloud-config')
  const sections = overridden.map((service, index) => {
    const target = `Service = ${service}\nRegion = ${region}\nURL = ${endpoint}\nSigningRegion = ${region}`
    return `[ServiceOverride "${index}"]\n${target}\n`
  })
  writeFileSync(cloudConfig, `[Global]\n${sections.join('')}`)
  const kubeconfig = join(folder, 'autoscaler-kubeconfig')
  writeFileSync(kubeconfig, impersonating(place.kubeconfig), { mode: 0o600 })
  const [port] = await freePorts(1)
  const tags = `k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/${clusterName}`
  return startProgram(
    'cluster-autoscaler',
    [
      '--cloud-provider=aws',
      `--cloud-config=${cloudConfig}`,
      `--kubeconfig=${kubeconfig}`,
      `--node-group-auto-discovery=asg:tag=${tags}`,
      '--expander=priority,least-waste',
      `--address=127.0.0.1:${port}`,
      '--v=4',
      ...haste,
    ],
    join(folder, 'autoscaler.log'),
    {
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: autoscalerKeyId,
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_EC2_METADATA_DISABLED: 'true',
      // Of its EC2 client for instance types; the others look at the configuration.
      AWS_ENDPOINT_URL_EC2: endpoint,
    },
  )
}

/** The lines of its log that begin with this letter: E of errors, W of warnings. */
export function logLines({ logPath }: Program, letter: 'E' | 'W'): readonly string[] {
  return readFileSync(logPath, 'utf8')
    .split('\n')
    .filter((line) => new RegExp(`^${letter}\\d{4} `).test(line))
}

interface Kubeconfig {
  readonly users: readonly { readonly name: string; readonly user: object }[]
}

/** As its service account: the rights of an administrator, a name of its own. */
function impersonating(text: string): string {
  const config = parse(text) as Kubeconfig
  const users = config.users.map(({ name, user }) => ({
    name,
    user: { ...user, as: autoscalerUser, 'as-groups': ['system:masters'] },
  }))
  return stringify({ ...config, users })
}
