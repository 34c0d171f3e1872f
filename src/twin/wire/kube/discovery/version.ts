/** /version: the version of the twin's control plane, in the API server's form. Twin layer. */

import discovery from '../../../../../data/kube-discovery.json' with { type: 'json' }
import type { WireContext } from '../context.ts'
import type { JsonObject } from '../schema/own.ts'

/** The recorded document with the cluster's own minor. */
export function serverVersion({ cluster }: WireContext): JsonObject {
  const [major = '1', minor = '0'] = cluster.kubernetesVersion.split('.')
  const recorded = discovery.version
  const isRecorded = minor === recorded.minor
  return {
    ...recorded,
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Math.max(0, Number(minor) - 1)),
    gitVersion: isRecorded ? recorded.gitVersion : `v${major}.${minor}.0`,
    gitCommit: '',
  }
}
