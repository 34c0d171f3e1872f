/** Parts of a launch template that several rules read. Check layer, pure. */

import { isRecord } from '../nodes/field-schema.ts'
import type { TemplateVolume } from '../nodes/template-volume.ts'
import type { TemplateFacts } from './facts.ts'

/** The list, or an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Ids of all security groups; undefined when the template or one of them is not known. */
export function securityGroupsOf(
  template: TemplateFacts | undefined,
): readonly string[] | undefined {
  const { data, unknownFields } = template ?? {}
  if (data === undefined || unknownFields === undefined) return undefined
  const fields = ['SecurityGroupIds', 'SecurityGroups', 'NetworkInterfaces']
  if (fields.some((field) => unknownFields.has(field)) || data.SecurityGroups !== undefined) {
    return undefined
  }
  const inner = listOf(data.NetworkInterfaces).flatMap((one) =>
    isRecord(one) ? listOf(one.Groups) : [],
  )
  const all = [...listOf(data.SecurityGroupIds), ...inner]
  return all.every((one) => typeof one === 'string') ? (all as string[]) : undefined
}

/** Volumes that say size and type; `path` is below the template. */
export function volumesOf(
  template: TemplateFacts | undefined,
): readonly { readonly path: string; readonly volume: TemplateVolume }[] {
  return listOf(template?.data?.BlockDeviceMappings).flatMap((mapping, index) => {
    const ebs = isRecord(mapping) ? mapping.Ebs : undefined
    if (!isRecord(ebs)) return []
    const { Iops: iops, Throughput: throughput, VolumeSize: size, VolumeType: type } = ebs
    if (typeof size !== 'number' || typeof type !== 'string') return []
    const volume: TemplateVolume = {
      size,
      type,
      ...(typeof iops === 'number' ? { iops } : {}),
      ...(typeof throughput === 'number' ? { throughput } : {}),
    }
    return [{ path: `BlockDeviceMappings[${index}].Ebs`, volume }]
  })
}
