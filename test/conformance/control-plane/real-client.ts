/** Regroup's own client, connected to a real control plane through its kubeconfig. Test support. */

import { type KubeClient, kubeClient } from '../../../src/kube/client.ts'
import { connectionOf } from '../../../src/kube/config/connection.ts'
import { loadKubeconfig } from '../../../src/kube/config/load.ts'
import { seededRandom } from '../../../src/world/random.ts'
import { systemClock } from '../../../src/world/system-clock.ts'
import type { ControlPlane } from './control-plane.ts'

/** Its own limits are above what one machine can answer: the server is what is judged. */
const limits = { ratePerSecond: 500, burst: 1000, inFlightMax: 32 }

/** A client as `regroup migrate` makes it; the administrator's unless told otherwise. */
export async function realClient(
  plane: ControlPlane,
  path = plane.kubeconfigPath,
): Promise<KubeClient> {
  const clock = systemClock()
  const config = await loadKubeconfig({ path, env: {} })
  const connection = await connectionOf(config, { clock, env: {}, isInteractive: false })
  return kubeClient({ connection, clock, random: seededRandom('judge'), limits })
}
