/** A node group with one thing changed, for comparing. Nodes layer, pure. */

import { type AmiFamily, amiFamilies } from '../ami-parameters.ts'
import { releasesOf, releaseTableAsOf } from '../ami-releases.ts'
import { bootstrapFaults } from '../bootstrap-faults.ts'
import { instanceType } from '../instance-types.ts'
import { parseVersion } from '../kubernetes-version.ts'
import { parseBootstrap, renderUserData } from '../user-data.ts'
import type { NodeSource } from './node-source.ts'

/** What can be changed, as the fleet file spells it. */
export const changeableKeys = [
  'amiFamily',
  'capacityType',
  'instanceTypes',
  'kubernetesVersion',
  'releaseVersion',
] as const

/** One of them. */
export type ChangeableKey = (typeof changeableKeys)[number]

/** The changed group, and sentences on what does not come along. */
export interface ChangedSource {
  readonly source: NodeSource
  readonly losses: readonly string[]
}

/** {@link changeOf}, and a sentence when no image of the result was ever published. */
export function withChange(
  source: NodeSource,
  key: ChangeableKey,
  value: string,
): ChangedSource | string {
  const changed = changeOf(source, key, value)
  if (typeof changed === 'string') return changed
  const { family, kubernetesVersion } = changed.source
  const isKnown = family === 'AmazonLinux2' || family === 'AmazonLinux2023'
  if (!isKnown || releasesOf(family, kubernetesVersion).length > 0) return changed
  const loss = `The table of ${releaseTableAsOf} has no image of ${family} for Kubernetes ${kubernetesVersion}.`
  return { ...changed, losses: [...changed.losses, loss] }
}

/** A sentence when the value is of no use; `instanceTypes` takes several with `+` between them. */
function changeOf(source: NodeSource, key: ChangeableKey, value: string): ChangedSource | string {
  switch (key) {
    case 'amiFamily': {
      const family = amiFamilies.find((one) => one === value)
      if (family === undefined) return `amiFamily is one of ${amiFamilies.join(', ')}, not ${value}`
      return withFamily(source, family)
    }
    case 'capacityType':
      if (value !== 'SPOT' && value !== 'ON_DEMAND') {
        return `capacityType is SPOT or ON_DEMAND, not ${value}`
      }
      return { source: { ...source, capacityType: value }, losses: [] }
    case 'instanceTypes':
      return withTypes(source, value.split('+'))
    case 'kubernetesVersion': {
      const version = parseVersion(value)
      if (version === undefined) return `kubernetesVersion is a minor such as 1.35, not ${value}`
      return { source: { ...source, kubernetesVersion: version }, losses: [] }
    }
    case 'releaseVersion':
      return { source: { ...source, releaseVersion: value }, losses: [] }
  }
}

function withTypes(source: NodeSource, names: readonly string[]): ChangedSource | string {
  const unknown = names.find((name) => instanceType(name) === undefined)
  if (unknown !== undefined) return `${unknown} is not an EC2 instance type that we know`
  const arch = instanceType(names[0] ?? '')?.arch ?? source.arch
  const { amiType, ...rest } = source
  const sameArch = arch === source.arch && amiType !== undefined ? { amiType } : {}
  return { source: { ...rest, ...sameArch, arch, instanceTypes: names }, losses: [] }
}

/** The user data is read as the old family's and written as the new one's. */
function withFamily(source: NodeSource, family: AmiFamily): ChangedSource {
  const { amiType: _, ...rest } = source
  const bootstrap = parseBootstrap(source.family, source.userData)
  if (bootstrap === undefined) {
    const losses = [`The user data is not of ${source.family} and cannot be written for ${family}.`]
    return { source: { ...rest, family, userData: '' }, losses }
  }
  const losses = bootstrapFaults(family, bootstrap)
  const userData = renderUserData(family, bootstrap)
  // A pinned release is one of the old family's.
  const releaseVersion = family === source.family ? source.releaseVersion : 'latest'
  return { source: { ...rest, family, userData, releaseVersion }, losses }
}
