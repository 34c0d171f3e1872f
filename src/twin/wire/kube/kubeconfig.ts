/** A kubeconfig for one served cluster: everything inline, nothing else needed. Twin layer, pure. */

import { writeYaml } from './answer/yaml.ts'

/** What goes in. */
export interface KubeconfigParts {
  readonly clusterName: string
  /** `https://host:port`. */
  readonly server: string
  readonly caPem: string
  readonly token: string
}

/** The text of the file. It has a token: write it for its user only. */
export function kubeconfigText({ caPem, clusterName, server, token }: KubeconfigParts): string {
  const certificate = Buffer.from(caPem).toString('base64')
  return writeYaml({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': clusterName,
    clusters: [
      { name: clusterName, cluster: { server, 'certificate-authority-data': certificate } },
    ],
    users: [{ name: clusterName, user: { token } }],
    contexts: [{ name: clusterName, context: { cluster: clusterName, user: clusterName } }],
  })
}
