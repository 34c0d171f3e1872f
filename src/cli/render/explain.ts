/** The effective node of a group as text. Cli layer, pure. */

import type { EffectiveNode } from '../../nodes/effective/effective-node.ts'
import type { TypeRoom } from '../../nodes/effective/node-room.ts'
import type { Origin } from '../../nodes/effective/node-source.ts'
import { groupedText } from './duration.ts'
import { ageText, sourceText, tableText } from './table.ts'

/** All sections; `packedBytes` is the size after gzip, where it is used. */
export function explainText(node: EffectiveNode, packedBytes?: number): string {
  const { autoscaler, kubelet, labels, taints } = node
  const flags = kubelet.flags.map(({ flag, origin }) => [flag, originText(origin)])
  const config = kubelet.config.map(({ field, lost, origin, value }) => [
    `${field}: ${JSON.stringify(value)}`,
    `${originText(origin)}${lost === undefined ? '' : ` - ${lost}`}`,
  ])
  return [
    headText(node),
    amiText(node),
    userDataText(node, packedBytes),
    section('Kubelet flags, in their order', flags),
    section('Kubelet configuration', config),
    roomText(node.room),
    section(
      'Labels of the node',
      labels.map((one) => [
        `${one.key}=${one.value}`,
        `${originText(one.origin)}${one.isAtRegistration ? '' : ', after it has joined'}`,
      ]),
    ),
    section(
      'Taints of the node',
      taints.map((one) => [taintLine(one), `${originText(one.origin)}${lateText(one)}`]),
    ),
    section('cluster-autoscaler at zero nodes: labels', autoscaler.labels.map(labelRow)),
    section(
      'cluster-autoscaler at zero nodes: taints',
      autoscaler.taints.map((one) => [taintLine(one), originText(one.origin)]),
    ),
    section(
      'cluster-autoscaler at zero nodes: resources',
      autoscaler.resources.map(({ name, origin, value }) => [
        `${name}: ${value}`,
        originText(origin),
      ]),
    ),
    sentences('cluster-autoscaler is wrong about', autoscaler.errors),
    sentences('Notes', [...autoscaler.notes, ...node.notes]),
  ].join('')
}

/** `fleet.yaml:12:5`, or who and where. */
function originText({ by, place }: Origin): string {
  if (place === undefined) return by
  return by === 'fleet file' ? place : `${by} (${place})`
}

function headText(node: EffectiveNode): string {
  const { ami, capacityType, clusterName, kubernetesVersion, mode, nodeGroupName } = node
  const how =
    mode === 'merged'
      ? 'EKS merges its part into the user data'
      : 'the launch template names the image: EKS merges nothing'
  const facts = [ami.family, ami.amiType, `Kubernetes ${kubernetesVersion}`, capacityType]
  const known = facts.filter((fact) => fact !== '').join(', ')
  return `${clusterName}/${nodeGroupName}\n  ${known}\n  ${how}\n`
}

function amiText({ ami }: EffectiveNode): string {
  const { age, imageId, imageIdParameter, origin, releaseVersion, releaseVersionParameter } = ami
  const rows: string[][] = []
  if (imageId !== undefined) rows.push([`image ${imageId}`, originText(origin)])
  else if (releaseVersion === 'latest' && age !== undefined) {
    const now = `release latest: ${age.newest.releaseVersion} by ${sourceText(ami.tableAsOf)}`
    rows.push([now, originText(origin)])
  } else {
    rows.push([`release ${releaseVersion}`, originText(origin)])
    if (age !== undefined) rows.push([ageText(age, ami.tableAsOf), ''])
  }
  if (imageIdParameter !== undefined) rows.push([`image id    ${imageIdParameter}`, 'SSM'])
  if (releaseVersionParameter !== undefined)
    rows.push([`release     ${releaseVersionParameter}`, 'SSM'])
  return section('AMI', rows)
}

function userDataText({ userData }: EffectiveNode, packedBytes: number | undefined): string {
  const { gauge, isEstimate, ownBytes, parts } = userData
  const share = Math.round((gauge.bytes / gauge.bytesMax) * 100)
  const about = isEstimate ? 'about ' : ''
  const size = `${about}${groupedText(gauge.bytes)} of ${groupedText(gauge.bytesMax)} bytes, ${share} %`
  const verdicts = { fits: '', warning: ': nearly full', error: ': EC2 refuses it' }
  const packed =
    packedBytes === undefined
      ? ''
      : `\n  ${groupedText(packedBytes)} bytes with gzip, which the node unpacks`
  const head = `\nUser data, final\n  ${size}${packedBytes === undefined ? verdicts[gauge.verdict] : ''}; yours ${groupedText(ownBytes)}${packed}\n`
  if (parts.length === 0) return `${head}  (none)\n`
  const blocks = parts.map(({ contentType, origin, text }, index) => {
    const lines = text.replace(/\n$/, '').split('\n')
    const title = `  ${index + 1}. ${contentType}, ${originText(origin)}\n`
    return `${title}${lines.map((line) => `     | ${line}`.trimEnd()).join('\n')}\n`
  })
  return `${head}${blocks.join('')}`
}

function roomText(room: readonly TypeRoom[]): string {
  if (room.length === 0) return ''
  const head = ['type', 'max pods', 'kube-reserved', 'allocatable']
  const rows = room.map((one) => [
    one.instanceType,
    `${one.maxPods} (${originText(one.maxPodsOrigin)})`,
    `${one.kubeReserved.cpuMilli}m, ${one.kubeReserved.memoryMiB}Mi`,
    `${one.allocatable.cpuMilli}m, ~${one.allocatable.memoryMiB}Mi, ${one.allocatable.podCount} pods` +
      (one.gpuCount === 0 ? '' : `, ${one.gpuCount} GPUs`),
  ])
  return `\nRoom by instance type\n${tableText([head, ...rows])}`
}

function labelRow({ key, origin, value }: EffectiveNode['autoscaler']['labels'][number]): string[] {
  return [`${key}=${value}`, originText(origin)]
}

function taintLine(taint: {
  readonly key: string
  readonly value?: string
  readonly effect: string
}) {
  const { effect, key, value = '' } = taint
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`
}

function lateText({ isAtRegistration }: { readonly isAtRegistration: boolean }): string {
  return isAtRegistration ? '' : ', after it has joined'
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  return `\n${title}\n${rows.length === 0 ? '  (none)\n' : tableText(rows)}`
}

function sentences(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}\n${lines.map((line) => `  - ${line}\n`).join('')}`
}
