/** Control plane, add-ons and the autoscaler's image. Act layer. */

import { isFailure } from '../world/failure.ts'
import { type ActContext, type ActionOf, type ActionResult, done, skipped } from './context.ts'
import { idempotencyToken } from './token.ts'

/** Starts the upgrade of one minor; an upgrade that is under way already is adopted. */
export async function updateControlPlane(
  action: ActionOf<'update-control-plane'>,
  { aws, assertLeaseHeld, clusterName }: ActContext,
): Promise<ActionResult> {
  const { cluster } = await aws.eks.describeCluster({ name: clusterName })
  if (cluster?.version !== action.fromVersion || cluster.status !== 'ACTIVE') {
    return skipped(`control plane is ${cluster?.version} and ${cluster?.status}`)
  }
  assertLeaseHeld()
  await aws.eks.updateClusterVersion({
    name: clusterName,
    version: action.toVersion,
    clientRequestToken: idempotencyToken(['control-plane', clusterName, action.toVersion]),
  })
  return done
}

/** Moves a managed add-on to a version, keeping settings that users made in the cluster. */
export async function updateAddon(
  action: ActionOf<'update-addon'>,
  { aws, assertLeaseHeld, clusterName }: ActContext,
): Promise<ActionResult> {
  const { addonName, addonVersion } = action
  assertLeaseHeld()
  try {
    await aws.eks.updateAddon({
      clusterName,
      addonName,
      addonVersion,
      resolveConflicts: 'PRESERVE',
      // No token of our own: a second way to a version would be taken for the first, and never begin.
    })
    return done
  } catch (error) {
    if (isFailure(error, 'in-use')) return skipped('another update of the cluster is in flight')
    throw error
  }
}

/** Sets the image of one container; the rest of the Deployment stays as its owner wrote it. */
export async function setAutoscalerImage(
  action: ActionOf<'set-autoscaler-image'>,
  { assertLeaseHeld, kube }: ActContext,
): Promise<ActionResult> {
  assertLeaseHeld()
  await kube.patch(
    'Deployment',
    { namespace: action.namespace, name: action.deployment },
    {
      type: 'strategic',
      body: {
        spec: {
          template: { spec: { containers: [{ name: action.container, image: action.image }] } },
        },
      },
    },
  )
  return done
}
