/** From flags and a cluster of the fleet file to open ports on the real one. Cli layer. */

import { AwsBudgets } from '../aws/budgets.ts'
import { type AwsConnection, connectAws } from '../aws/port.ts'
import type { DesiredCluster } from '../fleet/desired.ts'
import { type KubeClient, kubeClient } from '../kube/client.ts'
import { connectionOf, type KubeConnection } from '../kube/config/connection.ts'
import { eksConnection } from '../kube/config/eks.ts'
import { loadKubeconfig } from '../kube/config/load.ts'
import { waitingFor, waitText } from '../kube/wait-text.ts'
import type { Clock } from '../world/clock.ts'
import { RegroupError } from '../world/failure.ts'
import type { Random } from '../world/random.ts'
import { systemClock } from '../world/system-clock.ts'

/** How to reach the accounts and clusters; flags of every command that does. */
export interface ConnectFlags {
  readonly profile?: string
  readonly roleArn?: string
  readonly externalId?: string
  readonly sessionName?: string
  readonly endpointUrl?: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly readOnly?: boolean
}

/** Both ports of one cluster. */
export interface ClusterPorts {
  readonly aws: AwsConnection
  readonly kube: KubeClient
  /** ARN of the cluster, for the user to recognise it. */
  readonly arn: string
  close(): Promise<void>
}

/** What connecting works with besides the flags. */
export interface ConnectContext {
  /** The clock the engine runs on. */
  readonly clock: Clock
  readonly random: Random
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isInteractive: boolean
  /** True = a served twin: no other client lives off the same API server. */
  readonly isTwin: boolean
  /** Told what a port waits for; a whole line where both ports are opened. */
  readonly onWait: (text: string) => void
}

/** In virtual time a rate of the wall clock would only be a wait. */
const twinLimits = { ratePerSecond: 10_000, burst: 10_000 }
/** Waits shorter than this are not worth a line. */
const toldWaitMs = 2000

/**
 * Opens both ports. The API server is the one that AWS names for the cluster, whatever the kubeconfig says:
 * a context that leads elsewhere is refused, so that one cluster's plan never runs on another.
 * @throws RegroupError with the call, the identity and the remedy.
 */
export async function connectCluster(
  desired: DesiredCluster,
  flags: ConnectFlags,
  context: ConnectContext,
): Promise<ClusterPorts> {
  const aws = openAws(desired.region, flags, {
    ...context,
    onWait: (text) => context.onWait(`waiting: ${text}`),
  })
  try {
    const { arn, kube } = await openKube(desired.name, flags, { aws, context })
    return {
      aws,
      kube,
      arn,
      close: async () => {
        kube.close()
        await aws.close()
      },
    }
  } catch (error) {
    await aws.close()
    throw error
  }
}

/**
 * The port of the cluster's API server, found through AWS; `close` it before the connection to AWS. Told waits
 * are whole lines.
 * @throws RegroupError with the call, the identity and the remedy.
 */
export async function openKube(
  clusterName: string,
  flags: ConnectFlags,
  tools: { readonly aws: AwsConnection; readonly context: ConnectContext },
): Promise<{ readonly arn: string; readonly kube: KubeClient }> {
  const { isTwin, onWait, random } = tools.context
  const { arn, connection } = await apiServerOf(clusterName, flags, tools)
  const kube = kubeClient({
    connection,
    // Its sockets live in real time, whatever clock the engine runs on.
    clock: systemClock(),
    random,
    ...(isTwin ? { limits: twinLimits } : {}),
    onWait: (wait) => {
      const isOurs = wait.reason === 'rate' || wait.reason === 'in-flight'
      if (!isOurs || wait.waitMs >= toldWaitMs) onWait(waitText(clusterName, wait))
    },
    onRetry: (failure) => onWait(waitingFor(clusterName, failure.message)),
  })
  return { arn, kube }
}

/** The port of one account in one Region. Nothing is sent before the first call. */
export function openAws(
  region: string,
  flags: ConnectFlags,
  { clock, onWait, random }: Pick<ConnectContext, 'clock' | 'onWait' | 'random'>,
): AwsConnection {
  return connectAws({
    region,
    clock,
    random,
    budgets: new AwsBudgets(clock),
    identity: identityOf(flags),
    ...(flags.endpointUrl === undefined ? {} : { endpoint: flags.endpointUrl }),
    isReadOnly: flags.readOnly === true,
    onWait: (text, waitMs) => onWait(`${text}; waiting ${(waitMs / 1000).toFixed(1)} s`),
  })
}

function identityOf({ externalId, profile, roleArn, sessionName }: ConnectFlags) {
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(sessionName === undefined ? {} : { sessionName }),
  }
}

async function apiServerOf(
  clusterName: string,
  flags: ConnectFlags,
  { aws, context }: { readonly aws: AwsConnection; readonly context: ConnectContext },
): Promise<{ readonly arn: string; readonly connection: KubeConnection }> {
  const { cluster } = await aws.api.eks.describeCluster({ name: clusterName })
  const arn = cluster?.arn ?? clusterName
  const endpoint = cluster?.endpoint ?? ''
  if (flags.kubeconfig === undefined && flags.context === undefined) {
    const connection = eksConnection({
      clusterName,
      endpoint,
      certificateAuthorityData: cluster?.certificateAuthority?.data ?? '',
      mintToken: (aheadMs) => aws.mintEksToken(clusterName, aheadMs),
      clock: systemClock(),
      random: context.random,
      env: context.env,
    })
    return { arn, connection }
  }
  const connection = await namedConnection(flags, context)
  assertSameServer(connection.endpoint.server, endpoint, clusterName)
  return { arn, connection }
}

async function namedConnection(
  { context: contextName, kubeconfig }: ConnectFlags,
  { env, isInteractive }: ConnectContext,
): Promise<KubeConnection> {
  const config = await loadKubeconfig({
    env,
    ...(kubeconfig === undefined ? {} : { path: kubeconfig }),
  })
  return connectionOf(config, { clock: systemClock(), env, isInteractive }, contextName)
}

/** Identity of the cluster: a proxy or tunnel in front of it is chosen by proxy-url, not by another server. */
function assertSameServer(server: URL, endpoint: string, name: string): void {
  if (URL.canParse(endpoint) && new URL(endpoint).host === server.host) return
  const text = `the kubeconfig leads to ${server.host}, but AWS says that ${name} is at ${endpoint}`
  throw new RegroupError('invalid', `${text}; choose the context of ${name} with --context`, {
    context: { cluster: name, object: server.host },
  })
}
