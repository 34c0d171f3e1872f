/** Why a bootstrap cannot be rendered so that the node does what it says. Nodes layer, pure. */

import { overwrittenFields } from './al2-kubelet.ts'
import type { AmiFamily } from './ami-parameters.ts'
import type { Bootstrap } from './bootstrap.ts'
import { familyLimits, mergedLimits } from './bootstrap-limits.ts'
import { settingByField, settingsOfEks } from './bottlerocket-schema.ts'
import { isRecord } from './field-schema.ts'
import { kubeletFieldFaults } from './kubelet-faults.ts'
import { flagByField, kubeletFlags as flagsOf, parseKubeletFlags } from './kubelet-flags.ts'
import { flagFault, labelFault } from './label-faults.ts'
import { hasSectionMark } from './windows-user-data.ts'

/** Sentences, in no particular order; empty when all is well. */
export function bootstrapFaults(family: AmiFamily, bootstrap: Bootstrap): readonly string[] {
  const { cluster, kubelet, labels, taints } = bootstrap
  return [
    ...Object.entries(labels).flatMap(([key, value]) => labelFault(key, value) ?? []),
    ...taints.flatMap(({ key, value }) => flagFault(`${key}=${value ?? ''}`) ?? []),
    ...kubeletFaults(kubelet),
    ...limitFaults(family, bootstrap),
    ...fieldFaultsOf(family, bootstrap),
    ...memberFaults(family, bootstrap),
    ...(cluster === undefined ? [] : clusterFaults(cluster)),
  ]
}

/** Values that a kubelet refuses at its start, and fields it does not know: one sentence each. */
function kubeletFaults(kubelet: Bootstrap['kubelet']): readonly string[] {
  return kubeletFieldFaults(kubelet).map(({ message }) => message)
}

function limitFaults(family: AmiFamily, bootstrap: Bootstrap): readonly string[] {
  const isMerged = bootstrap.cluster === undefined
  if (isMerged && family === 'Ubuntu') {
    return ['EKS has no Ubuntu images: name the AMI and the facts of the cluster']
  }
  const limits = { ...(isMerged ? mergedLimits[family] : {}), ...familyLimits[family] }
  return Object.entries(limits).flatMap(([member, reason]) => {
    const value = bootstrap[member as keyof Bootstrap]
    return value === undefined ? [] : [`${family} cannot carry ${member}: ${reason}`]
  })
}

/** Kubelet fields that would not reach the kubelet. */
function fieldFaultsOf(family: AmiFamily, { cluster, kubelet }: Bootstrap): readonly string[] {
  const fields = Object.keys(kubelet)
  const lost = (isLost: (field: string) => boolean, why: string): readonly string[] =>
    fields.filter(isLost).map((field) => `${why} ${field}`)
  const hasFlag = (field: string): boolean => Object.hasOwn(flagByField, field)
  if (family === 'AmazonLinux2') {
    const isLost = (field: string): boolean =>
      overwrittenFields.has(field) && (cluster === undefined || !hasFlag(field))
    const faults = lost(isLost, 'bootstrap.sh of Amazon Linux 2 overwrites')
    if (cluster !== undefined || kubelet.maxPods === undefined) return faults
    return [...faults, 'EKS sets max-pods itself on Amazon Linux 2 unless the AMI is named']
  }
  if (family === 'Ubuntu') {
    return lost(
      (field) => !hasFlag(field) || field === 'maxPods',
      'Ubuntu takes kubelet flags only, and none that stands for',
    )
  }
  if (family === 'Bottlerocket') {
    return lost((field) => !Object.hasOwn(settingByField, field), 'Bottlerocket has no setting for')
  }
  if (family !== 'Windows') return []
  if (cluster === undefined) {
    return lost(() => true, 'EKS calls Start-EKSBootstrap.ps1 itself, which leaves no place for')
  }
  return lost((field) => !hasFlag(field), 'no kubelet flag stands for')
}

/** Files that members of the bootstrap stand for (linux-parts). */
const placesOfMembers =
  /^\/etc\/containerd\/certs\.d\/|\/node-ca-bundle\.(?:pem|crt)$|\/http-proxy\.conf$/

/** Values that would be read as something else. */
function memberFaults(family: AmiFamily, bootstrap: Bootstrap): readonly string[] {
  const { cluster, files = [], kubeletFlags = [], nodeConfigSpec = {} } = bootstrap
  const { proxy, settings = {} } = bootstrap
  const own = parseKubeletFlags(kubeletFlags)
  const isTwice = own.kubeletFlags.length < kubeletFlags.length
  const values = [proxy?.http, proxy?.https, ...(proxy?.noProxy ?? [])]
  const mirrors = (bootstrap.registryMirrors ?? []).flatMap((one) => [
    one.registry,
    ...one.endpoints,
  ])
  const inCommands = [
    ...(bootstrap.preBootstrapCommands ?? []),
    ...(bootstrap.postBootstrapCommands ?? []),
  ]
  const isMarked = (text: string): boolean => hasSectionMark(text) || /<\/powershell>/i.test(text)
  const kubernetes = isRecord(settings.kubernetes) ? Object.keys(settings.kubernetes) : []
  return [
    ...kubeletFlags.flatMap((flag) => flagFault(flag) ?? []),
    ...(family === 'AmazonLinux2023' || family === 'Bottlerocket' ? [] : valueFaults(bootstrap)),
    ...(isTwice ? ['say labels, taints and kubelet fields as such, not as kubeletFlags'] : []),
    ...values.flatMap((value) => (value === undefined ? [] : (plainFault(value) ?? []))),
    ...mirrors.flatMap((value) => plainFault(value) ?? []),
    ...(family === 'Bottlerocket' && proxy?.http !== undefined
      ? ['Bottlerocket has one proxy: say it as https']
      : []),
    ...(family === 'Bottlerocket' && !['RAID0', undefined].includes(bootstrap.localStorage)
      ? [`Bottlerocket makes RAID0 of instance store disks, not ${bootstrap.localStorage}`]
      : []),
    ...(family === 'Windows' && inCommands.some(isMarked)
      ? ['a command has a line that ends or divides the PowerShell block']
      : []),
    ...files
      .filter(({ path }) => placesOfMembers.test(path))
      .map(
        ({ path }) => `${path} is where the proxy, a mirror or the CA bundle goes: say it as such`,
      ),
    ...(family === 'Windows' && files.some((file) => file.permissions !== undefined)
      ? ['files of Windows have no octal permissions']
      : []),
    ...['cluster', 'containerd', 'kubelet']
      .filter((key) => key in nodeConfigSpec)
      .map((key) => `say ${key} as members of the bootstrap, not in nodeConfigSpec`),
    ...(cluster === undefined
      ? kubernetes
          .filter((key) => settingsOfEks.includes(key))
          .map((key) => `EKS writes settings.kubernetes.${key} itself unless the AMI is named`)
      : []),
  ]
}

/** Kubelet fields whose text would end or split their flag. */
function valueFaults({ kubelet }: Bootstrap): readonly string[] {
  return flagsOf({ kubelet, labels: {}, taints: [] }).flatMap((flag) =>
    /^[A-Za-z0-9._/=:,@+<%-]*$/.test(flag)
      ? []
      : [`${JSON.stringify(flag)} cannot stand in a kubelet flag`],
  )
}

/** White space and quotes end a value in a unit file or a TOML header. */
function plainFault(text: string): string | undefined {
  if (/^[^\s"'\\%,]+$/.test(text)) return undefined
  return `${JSON.stringify(text)} has white space, a quote, a comma, \\ or %`
}

function clusterFaults(cluster: NonNullable<Bootstrap['cluster']>): readonly string[] {
  const faults: string[] = []
  const authority = cluster.certificateAuthority
  if (!/^[0-9A-Za-z][\w-]{0,99}$/.test(cluster.name)) faults.push('the cluster name is not valid')
  if (!/^https:\/\/[\w.-]+(?::\d+)?$/.test(cluster.endpoint)) {
    faults.push('the endpoint of the API server must be an https URL')
  }
  if (!/^(?=.)(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(authority)) {
    faults.push('the certificate authority is not base64')
  }
  if (!/^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]+)\/\d{1,3}$/i.test(cluster.serviceCidr)) {
    faults.push('the service CIDR is missing or is not a range; DNS would be guessed')
  }
  return faults
}
