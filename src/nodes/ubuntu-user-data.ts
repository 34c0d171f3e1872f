/** User data of Canonical's EKS images: their bootstrap.sh, a subset of Amazon Linux 2's. Nodes layer, pure. */

import type { Bootstrap } from './bootstrap.ts'
import { parseScriptFamily, renderScriptFamily, type ScriptFamily } from './script-user-data.ts'

/** The kubelet is a snap; its unit has another name. */
const family: ScriptFamily = {
  isFull: false,
  places: {
    caFile: '/usr/local/share/ca-certificates/node-ca-bundle.crt',
    caCommand: 'update-ca-certificates',
    proxyUnits: ['containerd.service', 'snap.kubelet-eks.daemon.service'],
  },
}

/** Always with a cluster: Ubuntu is no AMI type of EKS, so EKS merges nothing. */
export function renderUbuntu(bootstrap: Bootstrap): string {
  return renderScriptFamily(bootstrap, family)
}

/** The reverse. */
export function parseUbuntu(text: string): Bootstrap {
  return parseScriptFamily(text, family)
}
