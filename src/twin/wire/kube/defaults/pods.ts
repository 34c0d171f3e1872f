/** Defaults of pods and pod templates. Twin layer, pure. */

import { isJsonObject } from '../schema/own.ts'
import { quantityNanos } from '../schema/scalar.ts'
import {
  type Draft,
  defaultContainer,
  defaultVolume,
  draft,
  drafts,
  setDefault,
} from './containers.ts'

/** What a template and a pod have in common. */
function defaultPodSpec(spec: Draft | undefined): void {
  if (spec === undefined) return
  setDefault(spec, 'restartPolicy', 'Always')
  setDefault(spec, 'terminationGracePeriodSeconds', 30)
  setDefault(spec, 'dnsPolicy', 'ClusterFirst')
  setDefault(spec, 'securityContext', {})
  setDefault(spec, 'schedulerName', 'default-scheduler')
  const account = spec.serviceAccountName ?? spec.serviceAccount
  if (account !== undefined) {
    spec.serviceAccountName = account
    spec.serviceAccount = account
  }
  for (const volume of drafts(spec, 'volumes')) defaultVolume(volume)
  for (const list of ['initContainers', 'containers']) {
    for (const container of drafts(spec, list)) {
      defaultContainer(container)
      if (spec.hostNetwork === true) {
        for (const port of drafts(container, 'ports')) {
          setDefault(port, 'hostPort', port.containerPort)
        }
      }
    }
  }
}

/** The template member of a workload's spec. */
export function defaultTemplate(owner: Draft | undefined): void {
  defaultPodSpec(draft(draft(owner, 'template'), 'spec'))
}

/** A pod: limits become requests, and the quality of service is told. */
export function defaultPod(pod: Draft): void {
  const spec = draft(pod, 'spec')
  if (spec === undefined) return
  setDefault(spec, 'serviceAccountName', 'default')
  defaultPodSpec(spec)
  setDefault(spec, 'enableServiceLinks', true)
  setDefault(spec, 'preemptionPolicy', 'PreemptLowerPriority')
  for (const list of ['initContainers', 'containers']) {
    for (const container of drafts(spec, list)) defaultRequests(draft(container, 'resources'))
  }
  const status = draft(pod, 'status')
  if (status === undefined) return
  setDefault(status, 'phase', 'Pending')
  setDefault(status, 'qosClass', qualityOf(spec))
  if (status.podIP !== undefined) setDefault(status, 'podIPs', [{ ip: status.podIP }])
}

function defaultRequests(resources: Draft | undefined): void {
  const limits = draft(resources, 'limits')
  if (resources === undefined || limits === undefined) return
  const requests: Draft = { ...draft(resources, 'requests') }
  for (const [name, value] of Object.entries(limits)) setDefault(requests, name, value)
  resources.requests = requests
}

/** Guaranteed, Burstable or BestEffort, from cpu and memory of all containers. */
function qualityOf(spec: Draft): string {
  const containers = [...drafts(spec, 'containers'), ...drafts(spec, 'initContainers')]
  let hasAny = false
  let isGuaranteed = true
  for (const container of containers) {
    const resources = draft(container, 'resources')
    for (const name of ['cpu', 'memory']) {
      const request = amount(draft(resources, 'requests'), name)
      const limit = amount(draft(resources, 'limits'), name)
      hasAny ||= request > 0n || limit > 0n
      isGuaranteed &&= limit > 0n && request === limit
    }
  }
  if (!hasAny) return 'BestEffort'
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}

function amount(list: Draft | undefined, name: string): bigint {
  const text = isJsonObject(list) ? list[name] : undefined
  return typeof text === 'string' ? quantityNanos(text) : 0n
}
