/** The connection to an EKS cluster from what DescribeCluster says, without a kubeconfig. Kube layer. */

import type { Clock } from '../../world/clock.ts'
import type { Random } from '../../world/random.ts'
import { type MintedToken, mintedTokenCredentials } from '../credentials/minted-token.ts'
import { Secret } from '../secret.ts'
import type { KubeConnection } from './connection.ts'
import { configProblem } from './problem.ts'
import { proxyFromEnvironment } from './proxy-choice.ts'

/** What EKS says of the cluster, and who makes its tokens. */
export interface EksConnectionOptions {
  readonly clusterName: string
  /** `endpoint` of DescribeCluster. */
  readonly endpoint: string
  /** `certificateAuthority.data` of DescribeCluster: base64 of PEM. */
  readonly certificateAuthorityData: string
  /** Makes a token by a clock that is so far ahead of ours; see the aws room. */
  readonly mintToken: (aheadMs: number) => Promise<MintedToken>
  readonly clock: Clock
  readonly random: Random
  /** HTTPS_PROXY and NO_PROXY are read. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** @throws RegroupError when the endpoint is no URL (a cluster that is still being created has none). */
export function eksConnection(options: EksConnectionOptions): KubeConnection {
  const { certificateAuthorityData, clock, clusterName, endpoint, env, mintToken, random } = options
  if (!URL.canParse(endpoint)) {
    const cause = `EKS names no endpoint of cluster ${clusterName}`
    throw configProblem({ context: clusterName }, cause, 'wait until the cluster is ACTIVE')
  }
  const server = new URL(endpoint)
  const proxy = proxyFromEnvironment(server, env)
  return {
    endpoint: {
      name: clusterName,
      server,
      caPem: Buffer.from(certificateAuthorityData, 'base64').toString('utf8'),
      isTlsVerified: true,
      ...(proxy === undefined ? {} : { proxyUrl: new Secret(proxy) }),
    },
    credentials: mintedTokenCredentials({ clock, random, mint: mintToken }),
  }
}
