/** Control plane, its add-ons and the autoscaler: one minor at a time, in the right order. Decide layer, pure. */

import { compareAddonVersions } from '../nodes/addon-version.ts'
import { minorOf, versionOf } from '../nodes/kubernetes-version.ts'
import type { Action } from './action.ts'
import type { Observed, ObservedAddon } from './observed.ts'
import { StageBuilder, type StageResult } from './stage.ts'
import type { MigrationTarget } from './target.ts'

/**
 * Order per minor (fleet-upgrades section 4): add-ons that must serve N and N+1 first, then the control
 * plane, then kube-proxy (never newer than the API server), then the autoscaler of the same minor.
 */
export function decideControlPlane(target: MigrationTarget, observed: Observed): StageResult {
  const stage = new StageBuilder('control-plane')
  const { control } = observed
  const current = minorOf(control.version)
  const wanted = minorOf(target.kubernetesVersion)
  const startedAt = Math.min(current, ...kubeletMinors(observed))
  stage.count(current - startedAt, Math.max(0, wanted - startedAt))
  if (control.update !== undefined || control.status !== 'ACTIVE') {
    stage.wait('control-plane-updating', control.name, `control plane is ${control.status}`)
    return stage.build()
  }
  if (alignAddons(target, observed, stage)) return stage.build()
  if (alignAutoscaler(target, observed, stage)) return stage.build()
  if (current >= wanted) return stage.build()
  const next = versionOf(current + 1)
  if (prepareAddons(observed, next, stage)) return stage.build()
  stage.act({
    kind: 'update-control-plane',
    object: control.name,
    fromVersion: control.version,
    toVersion: next,
    reason: `control plane ${control.version} -> ${next} (target ${target.kubernetesVersion})`,
  })
  return stage.build()
}

function kubeletMinors(observed: Observed): number[] {
  const minors: number[] = []
  for (const node of observed.drain.nodes.values()) {
    const minor = minorOf(node.kubeletVersion)
    if (!Number.isNaN(minor)) minors.push(minor)
  }
  return minors
}

/**
 * Brings one add-on to the default of the present minor; true while there is one to wait for. On the way
 * to a later minor only kube-proxy follows every step; the others move when they must, and at the end.
 * A newer version that is listed for the minor was chosen by someone and stays.
 */
function alignAddons(target: MigrationTarget, observed: Observed, stage: StageBuilder): boolean {
  const { version } = observed.control
  const isOnTheWay = minorOf(version) < minorOf(target.kubernetesVersion)
  for (const name of target.addons) {
    const addon = observed.addons.find((one) => one.name === name)
    if (addon === undefined) continue
    if (isBusy(addon, stage)) return true
    const wanted = addon.defaultFor[version]
    if (wanted === undefined || wanted === addon.version) continue
    const isListed = addon.compatibleWith.includes(version)
    if (isListed && compareAddonVersions(addon.version, wanted) > 0) continue
    if (isOnTheWay && name !== 'kube-proxy' && isListed) continue
    stage.act(addonAction(addon, wanted, `default for ${version}`))
    return true
  }
  return false
}

function addonAction(addon: ObservedAddon, version: string, why: string): Action {
  return {
    kind: 'update-addon',
    object: addon.name,
    addonName: addon.name,
    addonVersion: version,
    reason: `${addon.name} ${addon.version} -> ${version} (${why})`,
  }
}

function isBusy(addon: ObservedAddon, stage: StageBuilder): boolean {
  if (addon.status !== 'UPDATING' && addon.status !== 'CREATING') return false
  stage.wait('addon-updating', addon.name, `add-on ${addon.name} is ${addon.status}`)
  return true
}

/** An add-on that the next minor does not list would break at the moment of the upgrade. */
function prepareAddons(observed: Observed, next: string, stage: StageBuilder): boolean {
  for (const addon of observed.addons) {
    if (addon.name === 'kube-proxy' || addon.compatibleWith.includes(next)) continue
    if (addon.compatibleWith.length === 0) continue
    const bridge = addon.bridgeTo[next]
    if (bridge !== undefined && bridge !== addon.version) {
      stage.act(addonAction(addon, bridge, `serves ${observed.control.version} and ${next}`))
      return true
    }
    stage.block({
      code: 'addon/incompatible',
      object: addon.name,
      reason: `version ${addon.version} is not listed for Kubernetes ${next}`,
      remedy: `Update ${addon.name} to a version that lists both ${observed.control.version} and ${next}.`,
      isFatal: true,
    })
    return true
  }
  return false
}

function alignAutoscaler(
  target: MigrationTarget,
  observed: Observed,
  stage: StageBuilder,
): boolean {
  const { autoscaler, control } = observed
  const tag = target.autoscalerTags?.[control.version]
  if (autoscaler === undefined || tag === undefined || autoscaler.minor === undefined) return false
  if (autoscaler.minor === control.version) return false
  const image = `${autoscaler.image.replace(/:[^:/]*$/, '')}:${tag}`
  stage.act({
    kind: 'set-autoscaler-image',
    object: `${autoscaler.namespace}/${autoscaler.name}`,
    namespace: autoscaler.namespace,
    deployment: autoscaler.name,
    container: autoscaler.containerName,
    image,
    reason: `cluster-autoscaler ${autoscaler.minor} -> ${control.version}`,
  })
  return true
}
