/** `twin serve`: one world behind its ports. Twin layer. */

import { servedAccessKeyId, servedSecretAccessKey } from './aws/served-keys.ts'
import { serveAws } from './aws/server.ts'
import { serveControl } from './control.ts'
import { type HostOptions, TwinHost } from './host.ts'
import { KubeFaults } from './kube-faults.ts'
import { WireFaults } from './wire-faults.ts'

/** How to serve. */
export interface ServeOptions extends HostOptions {
  /** Loopback unless the user asked for more. */
  readonly address: string
  /** Port of all AWS services; 0 = any free one. */
  readonly port: number
  /** Port of the control endpoint; 0 = any free one. */
  readonly controlPort: number
  /** Secret of the control endpoint. */
  readonly controlToken: string
  /** True = request budgets are kept. */
  readonly isThrottled: boolean
  /** Starts the servers of the clusters' APIs; none are served without it. */
  readonly clusterServers?: (host: TwinHost, faults: KubeFaults) => Promise<ClusterServers>
}

/** The API servers of a world's clusters, as the Kubernetes wire brings them. */
export interface ClusterServers {
  /** By cluster name: path of a kubeconfig file. */
  readonly kubeconfigs: ReadonlyMap<string, string>
  stop(): Promise<void>
}

/** What a client has to know; one line of JSON. */
export interface ServedTwin {
  readonly aws: {
    readonly endpoint: string
    readonly region: string
    readonly accessKeyId: string
    readonly secretAccessKey: string
  }
  readonly clusters: readonly {
    readonly name: string
    readonly region: string
    /** Path of a file; absent while nothing serves the cluster's API. */
    readonly kubeconfig?: string
  }[]
  readonly control: { readonly endpoint: string; readonly token: string }
}

/** A served world. */
export interface RunningTwin {
  readonly host: TwinHost
  readonly served: ServedTwin
  /** Closes every port; idempotent. */
  stop(): Promise<void>
}

/** Opens the ports. @throws RegroupError in-use when one is taken; then none stays open. */
export async function serveTwin(options: ServeOptions): Promise<RunningTwin> {
  const host = new TwinHost(options)
  const stops: (() => Promise<void>)[] = [async () => host.stop()]
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one()
  }
  try {
    return { host, served: await openPorts(options, host, stops), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function openPorts(
  options: ServeOptions,
  host: TwinHost,
  stops: (() => Promise<void>)[],
): Promise<ServedTwin> {
  const { address, isThrottled } = options
  const faults = new WireFaults(options.seed, options.world.wireFaults)
  const kubeFaults = new KubeFaults(options.seed, options.world.kubeFaults)
  const aws = await serveAws({ host, faults, isThrottled, address, port: options.port })
  stops.push(() => aws.listener.close())
  const control = await serveControl({
    host,
    faults,
    kubeFaults,
    throttle: aws.throttle,
    token: options.controlToken,
    address,
    port: options.controlPort,
  })
  stops.push(() => control.close())
  const servers = await options.clusterServers?.(host, kubeFaults)
  if (servers !== undefined) stops.push(() => servers.stop())
  const { region } = host.twin.account
  return {
    aws: {
      endpoint: aws.listener.url,
      region,
      accessKeyId: servedAccessKeyId,
      secretAccessKey: servedSecretAccessKey,
    },
    clusters: [...host.twin.clusters.keys()].map((name) => {
      const kubeconfig = servers?.kubeconfigs.get(name)
      return { name, region, ...(kubeconfig === undefined ? {} : { kubeconfig }) }
    }),
    control: { endpoint: control.url, token: options.controlToken },
  }
}
