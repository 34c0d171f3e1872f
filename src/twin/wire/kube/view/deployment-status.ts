/** Conditions of Deployments that the twin rolls: it keeps numbers only. Twin layer, pure. */

import { at, isJsonObject, type JsonObject, listAt, textAt } from '../schema/own.ts'

const written = ['replicas', 'readyReplicas', 'availableReplicas', 'updatedReplicas']

/** The Deployment with the conditions its controller would report; as it is where one did. */
export function withDeploymentConditions(deployment: JsonObject): JsonObject {
  const status = at(deployment, 'status')
  // Only the twin's controller writes every number, zeros too.
  if (!isJsonObject(status) || !written.every((name) => Object.hasOwn(status, name)))
    return deployment
  if (listAt(status, 'conditions').length > 0) return deployment
  const wanted = Number(at(deployment, 'spec', 'replicas') ?? 1)
  const [available, updated] = [
    numberAt(status, 'availableReplicas'),
    numberAt(status, 'updatedReplicas'),
  ]
  const isAvailable = available >= wanted - unavailableMax(deployment, wanted)
  const isDone =
    updated === wanted && available === wanted && numberAt(status, 'replicas') === wanted
  const since = textAt(deployment, 'metadata', 'creationTimestamp')
  const times = { lastUpdateTime: since, lastTransitionTime: since }
  const name = textAt(deployment, 'metadata', 'name')
  const availability = {
    type: 'Available',
    status: isAvailable ? 'True' : 'False',
    ...times,
    reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${isAvailable ? 'has' : 'does not have'} minimum availability.`,
  }
  const progress =
    at(deployment, 'spec', 'paused') === true
      ? { status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }
      : {
          status: 'True',
          reason: isDone ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
          message: `Deployment "${name}" ${isDone ? 'has successfully progressed' : 'is progressing'}.`,
        }
  return {
    ...deployment,
    status: {
      ...status,
      conditions: [availability, { type: 'Progressing', ...times, ...progress }],
    },
  }
}

function numberAt(value: JsonObject, name: string): number {
  const number = at(value, name)
  return typeof number === 'number' ? number : 0
}

/** Pods that may be missing while the Deployment counts as available. */
function unavailableMax(deployment: JsonObject, wanted: number): number {
  if (textAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') return 0
  const given = at(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable') ?? '25%'
  if (typeof given === 'number') return given
  return Math.floor((Number.parseInt(String(given), 10) / 100) * wanted)
}
