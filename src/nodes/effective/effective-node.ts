/** Everything that a node of a group really gets, from what its group says. Nodes layer, pure. */

import { amiParameters } from '../ami-parameters.ts'
import { type ReleaseAge, releaseAge, releasesOf, releaseTableAsOf } from '../ami-releases.ts'
import type { Bootstrap } from '../bootstrap.ts'
import { parseBootstrap } from '../user-data.ts'
import { type AutoscalerView, autoscalerView } from './autoscaler-view.ts'
import { type EffectiveKubelet, effectiveKubelet } from './effective-kubelet.ts'
import {
  type EffectiveLabel,
  type EffectiveTaint,
  effectiveLabels,
  effectiveTaints,
} from './labels-and-taints.ts'
import { type FinalUserData, finalUserDataOf } from './merged-text.ts'
import { maxPodsNote, roomOf, type TypeRoom } from './node-room.ts'
import { amiTypeOf, isMerged, type NodeSource, type Origin, originOf } from './node-source.ts'

/** The image, as far as it is known. */
export interface EffectiveAmi {
  readonly family: NodeSource['family']
  /** Of EKS; `CUSTOM` with an image of the team's own. */
  readonly amiType: string
  readonly imageId: string | undefined
  /** `latest` or a release; an image id with an image of the team's own. */
  readonly releaseVersion: string
  readonly origin: Origin
  /** Undefined where the family has none, and with an image of the team's own. */
  readonly imageIdParameter: string | undefined
  readonly releaseVersionParameter: string | undefined
  /** How far behind the newest release; undefined where nothing can be compared. */
  readonly age: ReleaseAge | undefined
  /** Day of the table that says what is newest; undefined where SSM said so. */
  readonly tableAsOf: string | undefined
}

/** The whole answer of `explain`. */
export interface EffectiveNode {
  readonly clusterName: string
  readonly nodeGroupName: string
  readonly kubernetesVersion: string
  readonly capacityType: NodeSource['capacityType']
  /** `merged`: EKS adds its part. `own`: the template names the image, nothing is added. */
  readonly mode: 'merged' | 'own'
  readonly ami: EffectiveAmi
  readonly userData: FinalUserData
  readonly kubelet: EffectiveKubelet
  readonly room: readonly TypeRoom[]
  readonly labels: readonly EffectiveLabel[]
  readonly taints: readonly EffectiveTaint[]
  readonly autoscaler: AutoscalerView
  /** Sentences for people: what is computed how, and what nobody has verified. */
  readonly notes: readonly string[]
}

/**
 * A user data that is not of the family counts as empty here; its faults are findings elsewhere.
 * `newestRelease` is what SSM recommends now; without it the table of releases says what is newest.
 */
export function effectiveNode(source: NodeSource, newestRelease?: string): EffectiveNode {
  const bootstrap = parseBootstrap(source.family, source.userData) ?? emptyBootstrap
  const kubelet = effectiveKubelet(source, bootstrap)
  const room = roomOf(source, bootstrap, kubelet.config)
  const labels = effectiveLabels(source, bootstrap)
  const taints = effectiveTaints(source, bootstrap)
  const userData = finalUserDataOf(source)
  const { capacityType, clusterName, kubernetesVersion, nodeGroupName } = source
  return {
    clusterName,
    nodeGroupName,
    kubernetesVersion,
    capacityType,
    mode: isMerged(source) ? 'merged' : 'own',
    ami: amiOf(source, newestRelease),
    userData,
    kubelet,
    room,
    labels,
    taints,
    autoscaler: autoscalerView(source, { labels, taints, room }),
    notes: [...userData.unverified, maxPodsNote(source), ...lateNotes(source)],
  }
}

const emptyBootstrap: Bootstrap = { cluster: undefined, labels: {}, taints: [], kubelet: {} }

function amiOf(source: NodeSource, newestRelease: string | undefined): EffectiveAmi {
  const { family, imageId, kubernetesVersion, releaseVersion } = source
  const names = isMerged(source) ? amiParameters(source) : undefined
  const releases = releasesOf(family, kubernetesVersion)
  const newest = newestRelease ?? releases[0]?.releaseVersion
  const named = releaseVersion === 'latest' ? newest : releaseVersion
  return {
    family,
    amiType: amiTypeOf(source),
    imageId,
    releaseVersion,
    origin: originOf(source, isMerged(source) ? 'releaseVersion' : 'ami.id'),
    imageIdParameter: names?.imageIdParameter,
    releaseVersionParameter: names?.releaseVersionParameter,
    age: named === undefined ? undefined : releaseAge(named, releases, newestRelease),
    tableAsOf: newestRelease === undefined ? releaseTableAsOf : undefined,
  }
}

/** containers-roadmap #1962. */
function lateNotes(source: NodeSource): readonly string[] {
  if (isMerged(source) || source.taints.length === 0) return []
  return [
    'With an AMI id EKS adds labels and taints of the node group after the join, about 30 s later ' +
      'where it was seen: pods may be bound before. Give --register-with-taints in the user data too.',
  ]
}
