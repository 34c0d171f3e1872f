/** The connection of a program that runs in a pod of the cluster. Kube layer. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../world/clock.ts'
import { tokenFileCredentials } from '../credentials/token-file.ts'
import type { KubeConnection } from './connection.ts'
import { configProblem } from './problem.ts'

/** Where the kubelet mounts the service account. */
const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Server from KUBERNETES_SERVICE_HOST and _PORT, token (read again every minute), authority and namespace
 * from the mounted service account. @throws RegroupError when this is no pod.
 */
export async function inClusterConnection(options: {
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
  /** @default the kubelet's mount */
  readonly folder?: string
}): Promise<KubeConnection> {
  const { clock, env, folder = accountFolder } = options
  const host = env.KUBERNETES_SERVICE_HOST
  const port = env.KUBERNETES_SERVICE_PORT
  if (host === undefined || port === undefined || host === '' || port === '') {
    const cause = 'this is no pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set'
    throw configProblem({}, cause, 'name a kubeconfig')
  }
  const caPem = await mounted(folder, 'ca.crt')
  const namespace = await mounted(folder, 'namespace').catch(() => undefined)
  return {
    endpoint: {
      name: 'in-cluster',
      server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
      caPem,
      isTlsVerified: true,
    },
    credentials: tokenFileCredentials(clock, join(folder, 'token')),
    ...(namespace === undefined ? {} : { namespace: namespace.trim() }),
  }
}

async function mounted(folder: string, name: string): Promise<string> {
  const file = join(folder, name)
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    const remedy = 'give the pod a service account with automountServiceAccountToken'
    throw configProblem({}, `${file} cannot be read (${code})`, remedy)
  }
}
