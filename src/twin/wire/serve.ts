/** `twin serve`: one world behind its ports. Twin layer. */

import { servedAccessKeyId, servedSecretAccessKey } from './aws/dispatch.ts'
import { serveAws } from './aws/server.ts'
import { type HostOptions, TwinHost } from './host.ts'

/** How to serve. */
export interface ServeOptions extends HostOptions {
  /** Loopback unless the user asked for more. */
  readonly address: string
  /** Port of all AWS services; 0 = any free one. */
  readonly port: number
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
  const { address, port } = options
  const aws = await serveAws(host, { address, port })
  const { region } = host.twin.account
  return {
    host,
    served: {
      aws: {
        endpoint: aws.url,
        region,
        accessKeyId: servedAccessKeyId,
        secretAccessKey: servedSecretAccessKey,
      },
      clusters: [...host.twin.clusters.keys()].map((name) => ({ name, region })),
    },
    stop: async () => {
      host.stop()
      await aws.close()
    },
  }
}
