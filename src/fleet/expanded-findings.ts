/** Checks that make sense only after expansion: names, and what overrides bring together. Fleet layer, pure. */

import type { AmiFamily } from '../nodes/ami-parameters.ts'
import { bootstrapFaults } from '../nodes/bootstrap-faults.ts'
import { instanceType } from '../nodes/instance-types.ts'
import { minorOf } from '../nodes/kubernetes-version.ts'
import type { Finding, SourceLocation } from '../world/finding.ts'
import type { DesiredCluster, DesiredNodeGroup } from './desired.ts'
import { substitute } from './expand.ts'
import { bootstrapOf, typicalFacts } from './group-user-data.ts'

/** Last minor with images of Amazon Linux 2 (data/eks-versions.json). */
const al2MinorLast = 32
const nodeGroupNameMax = 63

/** Faults of bootstraps that were looked at: groups of all clusters share them. */
type KnownFaults = Map<string, readonly string[]>

/** All findings; one per place and kind, however many clusters share it. */
export function expandedFindings(clusters: readonly DesiredCluster[]): readonly Finding[] {
  const found = new Map<string, Finding>()
  const known: KnownFaults = new Map()
  for (const cluster of clusters) {
    const all = [
      ...duplicateFindings(cluster),
      ...cluster.nodeGroups.flatMap((group) => groupFindings(group, cluster, known)),
    ]
    for (const one of all) {
      const { column = 0, line = 0 } = one.location ?? {}
      const key = `${one.code} ${line}:${column}`
      if (!found.has(key)) found.set(key, one)
    }
  }
  return [...found.values()]
}

function finding(
  location: SourceLocation | undefined,
  what: Pick<Finding, 'code' | 'message' | 'remedy'>,
): Finding {
  return { ...what, severity: 'error', ...(location === undefined ? {} : { location }) }
}

/** Names are unique per cluster. */
function duplicateFindings(cluster: DesiredCluster): readonly Finding[] {
  const seen = new Set<string>()
  return cluster.nodeGroups.flatMap(({ availabilityZone, location, name }) => {
    const key = name.includes('$(az') ? `${name} in ${availabilityZone}` : name
    const isTwice = seen.has(key)
    seen.add(key)
    const perZone = availabilityZone === '*' && !name.includes('$(az')
    if (!isTwice && !perZone) return []
    const message = isTwice
      ? `two node groups of cluster ${cluster.name} are named ${name}`
      : `the node groups of all zones of cluster ${cluster.name} are named ${name}`
    const remedy = 'Put $(az), $(capacity) or $(arch) into the name.'
    return finding(location, { code: 'fleet/duplicate-name', message, remedy })
  })
}

function groupFindings(
  group: DesiredNodeGroup,
  cluster: DesiredCluster,
  known: KnownFaults,
): readonly Finding[] {
  const { arch, instanceTypes, location, maxSize, minSize, name, origins } = group
  const findings: Finding[] = []
  const at = (key: string): SourceLocation | undefined => origins[key] ?? location
  const longest = name.replace('$(azIndex)', '0').replace('$(az)', `${cluster.region}a`)
  if (!/^[0-9A-Za-z][0-9A-Za-z_-]*$/.test(longest) || longest.length > nodeGroupNameMax) {
    const message = `node group name ${longest} is not valid: at most 63 letters, digits, - and _`
    const remedy = 'Shorten or mend it.'
    findings.push(finding(at('name'), { code: 'fleet/invalid-name', message, remedy }))
  }
  if (minSize > maxSize) {
    const message = `minSize ${minSize} is greater than maxSize ${maxSize}; EKS refuses the group`
    const remedy = 'Raise maxSize or lower minSize.'
    const place = at(origins.minSize === undefined ? 'maxSize' : 'minSize')
    findings.push(finding(place, { code: 'fleet/min-above-max', message, remedy }))
  }
  const strange = instanceTypes.filter((type) => {
    const known = instanceType(type)
    return known !== undefined && known.arch !== arch
  })
  if (strange.length > 0) {
    const message = `${strange.join(', ')} cannot run in a group of arch ${arch}: its AMI would not boot`
    const remedy = `Use ${arch} types here, or set arch.`
    findings.push(
      finding(at('instanceTypes'), { code: 'fleet/architecture-mismatch', message, remedy }),
    )
  }
  if (group.amiFamily === 'AmazonLinux2' && minorOf(cluster.kubernetesVersion) > al2MinorLast) {
    const message = `there are no Amazon Linux 2 images for Kubernetes ${cluster.kubernetesVersion}; the last is 1.${al2MinorLast}`
    const remedy = 'Use AmazonLinux2023.'
    findings.push(finding(at('amiFamily'), { code: 'fleet/al2-ended', message, remedy }))
  }
  findings.push(...familyFindings(group, at, known), ...imageFindings(group, at))
  return findings
}

/** What an image of the team's own leaves without effect. */
function imageFindings(
  { amiId, kubelet, preBootstrapCommands, releaseVersion, userData }: DesiredNodeGroup,
  at: (key: string) => SourceLocation | undefined,
): readonly Finding[] {
  if (amiId === undefined) return []
  const findings: Finding[] = []
  if (releaseVersion !== 'latest') {
    const message = `EKS takes no releaseVersion beside an AMI id; ${releaseVersion} would have no effect`
    const remedy = 'Remove releaseVersion or ami here.'
    findings.push(finding(at('releaseVersion'), { code: 'fleet/ami-release', message, remedy }))
  }
  const hasOurs = Object.keys(kubelet).length > 0 || preBootstrapCommands.length > 0
  if (userData !== undefined && hasOurs) {
    const message =
      'with an AMI id your userData stands alone: kubelet and preBootstrapCommands would have no effect'
    const remedy = 'Say it in userData, or leave userData out.'
    findings.push(finding(at('userData'), { code: 'fleet/ami-user-data', message, remedy }))
  }
  return findings
}

/** Why groups of a family cannot be made yet; the room of nodes can tell them what to do. */
const notCarried: Readonly<Partial<Record<AmiFamily, string>>> = {
  Bottlerocket: 'this release has no list of Bottlerocket releases, so it could not pin one',
  Ubuntu: 'EKS has no Ubuntu images: such a group needs an AMI id, which fleet files do not name',
  Windows: 'this release places and drains Linux pods only',
}

/** A family without images, or settings that do not reach the kubelet of one with. */
function familyFindings(
  group: DesiredNodeGroup,
  at: (key: string) => SourceLocation | undefined,
  known: KnownFaults,
): readonly Finding[] {
  const { amiFamily, origins } = group
  // Variables of the zone have become a zone before any flag is made of them.
  const labels = substitute(group.labels, { az: 'x', azIndex: '0' })
  const reason = notCarried[amiFamily]
  if (reason !== undefined) {
    const message = `node groups of ${amiFamily} cannot be made: ${reason}`
    const remedy = 'Use AmazonLinux2023.'
    return [finding(at('amiFamily'), { code: 'fleet/ami-family', message, remedy })]
  }
  const bootstrap = bootstrapOf({ ...group, labels }, typicalFacts('cluster'))
  const [key = 'kubelet'] = Object.keys(origins).filter((one) => one.startsWith('kubelet.'))
  const text = JSON.stringify([amiFamily, bootstrap])
  const faults = known.get(text) ?? bootstrapFaults(amiFamily, bootstrap)
  known.set(text, faults)
  return faults.map((message) => {
    const remedy = 'Choose fields and values that the kubelet starts with.'
    return finding(at(key), { code: 'fleet/kubelet-refuses', message, remedy })
  })
}
