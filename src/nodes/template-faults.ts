/** What EKS, EC2 or the node would refuse about a launch template. Nodes layer, pure. */

import { nearest } from '../world/documents/nearest.ts'
import type { AmiFamily } from './ami-parameters.ts'
import { devicesOf } from './block-devices.ts'
import { isRecord } from './field-schema.ts'
import { templateFields } from './template-fields.ts'

type Data = Readonly<Record<string, unknown>>

/** The group that the template is for, in the words of CreateNodegroup. */
export interface TemplateGroup {
  readonly templateName: string
  /** Undefined when the image is not known. */
  readonly amiFamily?: AmiFamily
  readonly capacityType?: 'ON_DEMAND' | 'SPOT' | 'CAPACITY_BLOCK'
  readonly instanceTypes?: readonly string[]
  readonly amiType?: string
  readonly version?: string
  readonly releaseVersion?: string
  readonly diskSize?: number
  readonly hasRemoteAccess?: boolean
}

/** One fault; `rule` is an id of the catalogue of launch template rules. */
export interface TemplateFault {
  readonly rule: string
  readonly severity: 'error' | 'warning'
  /** Field of the template, or of the group. */
  readonly path: string
  readonly message: string
  readonly remedy: string
  /** What AWS answers; absent for what it accepts. Texts marked in the catalogue as unverified are ours. */
  readonly aws?: {
    readonly code: 'InvalidParameterException' | 'InvalidRequestException'
    readonly text: string
  }
}

/** All faults, those that EKS refuses first, in the order in which it answers. */
export function templateFaults(data: Data, group: TemplateGroup): readonly TemplateFault[] {
  return [...refusals(data, group), ...namesOf(data), ...devices(data, group), ...hazards(data)]
}

function refused(
  [rule, path]: readonly [string, string],
  text: string,
  remedy: string,
  code: 'InvalidParameterException' | 'InvalidRequestException' = 'InvalidParameterException',
): TemplateFault {
  return { rule, severity: 'error', path, message: text, remedy, aws: { code, text } }
}

function refusals(data: Data, group: TemplateGroup): readonly TemplateFault[] {
  return [...prohibited(data, group), ...clashes(data, group)]
}

function interfacesOf(data: Data): readonly Data[] {
  return Array.isArray(data.NetworkInterfaces) ? data.NetworkInterfaces.filter(isRecord) : []
}

function prohibited(data: Data, group: TemplateGroup): readonly TemplateFault[] {
  const { templateName: name } = group
  const interfaces = interfacesOf(data)
  const isBlock = group.capacityType === 'CAPACITY_BLOCK'
  const checks: readonly (readonly [boolean, () => TemplateFault])[] = [
    [
      data.IamInstanceProfile !== undefined,
      () =>
        refused(
          ['LT-1', 'IamInstanceProfile'],
          `Launch template ${name} should not specify an instance profile. The noderole in your request will be used to construct an instance profile.`,
          'Remove it and set nodeRole.',
        ),
    ],
    [
      data.InstanceMarketOptions !== undefined && !isBlock,
      () =>
        refused(
          ['LT-4', 'InstanceMarketOptions'],
          'Instance market options are not supported with the launch template.',
          'Remove it and set capacityType SPOT.',
        ),
    ],
    [
      interfaces.some((one) => one.SubnetId !== undefined),
      () =>
        refused(
          ['LT-2', 'NetworkInterfaces'],
          `Launch template ${name} should not specify a subnet.`,
          'Remove SubnetId and set subnets on the node group.',
        ),
    ],
    ...['InstanceInitiatedShutdownBehavior', 'HibernationOptions'].map(
      (field) =>
        [
          data[field] !== undefined,
          () =>
            refused(
              ['LT-3', field],
              `Launch template ${name} should not specify ${field}.`,
              'Remove it.',
            ),
        ] as const,
    ),
    [
      interfaces.length > 0 && data.SecurityGroupIds !== undefined,
      () =>
        refused(
          ['LT-13', 'SecurityGroupIds'],
          'Invalid launch template: When a network interface is provided, the security groups must be a part of it.',
          'Move the security groups into the interface.',
        ),
    ],
  ]
  return checks.flatMap(([isFault, make]) => (isFault ? [make()] : []))
}

/** What may stand in one of two places. */
function clashes(data: Data, group: TemplateGroup): readonly TemplateFault[] {
  const hasImage = data.ImageId !== undefined
  const { amiType, diskSize, instanceTypes = [], releaseVersion, version } = group
  const faults: TemplateFault[] = []
  if (data.InstanceType !== undefined && instanceTypes.length > 0) {
    const text = 'Cannot specify instance types in launch template and API Request'
    const remedy = 'Keep one of the two places.'
    faults.push(refused(['LT-5', 'InstanceType'], text, remedy, 'InvalidRequestException'))
  }
  if (diskSize !== undefined) {
    const text = 'Disk size must be specified within the launch template.'
    faults.push(refused(['LT-6', 'diskSize'], text, 'Set the volume in BlockDeviceMappings.'))
  }
  if (group.hasRemoteAccess === true) {
    const text = 'Remote access configuration cannot be specified with a launch template.'
    faults.push(refused(['LT-7', 'remoteAccess'], text, 'Set KeyName and security groups.'))
  }
  if (hasImage && amiType !== undefined && amiType !== 'CUSTOM') {
    const text =
      'You cannot specify an AMI Type other than CUSTOM, when specifying an image id in your launch template.'
    faults.push(refused(['AMI-1', 'amiType'], text, 'Do not send amiType.'))
  }
  if (hasImage && (version !== undefined || releaseVersion !== undefined)) {
    const text =
      'You cannot specify a kubernetes version to use when specifying an image id to use within the launch template.'
    faults.push(refused(['AMI-2', 'version'], text, 'Do not send version and releaseVersion.'))
  }
  return faults
}

/** EC2 answers an unknown field with an error of its own; better said with the right name. */
function namesOf(data: Data): readonly TemplateFault[] {
  const known = Object.keys(templateFields)
  return Object.keys(data)
    .filter((field) => !known.includes(field))
    .map((field) => {
      const near = nearest(field, known)
      return {
        rule: 'LT-22',
        severity: 'error' as const,
        path: field,
        message: `${field} is not a field of a launch template`,
        remedy: near === undefined ? 'Remove it.' : `Did you mean ${near}?`,
      }
    })
}

/** An unknown name is an additional disk, silently. */
function devices(data: Data, { amiFamily }: TemplateGroup): readonly TemplateFault[] {
  const mappings = Array.isArray(data.BlockDeviceMappings) ? data.BlockDeviceMappings : []
  const names = mappings.filter(isRecord).map((one) => String(one.DeviceName ?? ''))
  if (amiFamily === undefined || names.length === 0) return []
  const { data: second, root } = devicesOf(amiFamily)
  const wanted = second ?? root
  if (names.includes(wanted)) return []
  const path = 'BlockDeviceMappings'
  const message = names.includes(root)
    ? `only ${root} is mapped; images and pods of ${amiFamily} live on ${wanted}`
    : `${names.join(', ')} is not the disk of ${amiFamily} (${wanted}): an empty volume is added, the disk keeps its size`
  return [{ rule: 'LT-19', severity: 'warning', path, message, remedy: `Map ${wanted}.` }]
}

/** What AWS accepts and hurts later. */
function hazards(data: Data): readonly TemplateFault[] {
  const warned = (rule: string, path: string, message: string, remedy: string): TemplateFault => ({
    rule,
    severity: 'warning',
    path,
    message,
    remedy,
  })
  const faults: TemplateFault[] = []
  const metadata = isRecord(data.MetadataOptions) ? data.MetadataOptions : undefined
  if (metadata === undefined) {
    const message =
      'no metadata options: IMDSv1 stays allowed on Amazon Linux 2, the hop limit is 1'
    const remedy = 'Set HttpTokens required, and hop limit 2 only if pods need it.'
    faults.push(warned('LT-26', 'MetadataOptions', message, remedy))
  } else if (metadata.HttpEndpoint === 'disabled') {
    const message = 'the metadata endpoint is disabled: the bootstrap of the node reads it'
    faults.push(warned('LT-18', 'MetadataOptions.HttpEndpoint', message, 'Enable it.'))
  }
  if (data.SecurityGroupIds !== undefined || interfacesOf(data).some((one) => one.Groups)) {
    const message = 'security groups are set, so EKS does not add the one of the cluster'
    const remedy = 'Add it, or leave security groups out.'
    faults.push(warned('LT-25', 'SecurityGroupIds', message, remedy))
  }
  if (data.TagSpecifications === undefined) {
    const message =
      'no TagSpecifications: tags of the node group do not reach instances and volumes'
    const remedy = 'Tag instance, volume and network-interface.'
    faults.push(warned('LT-21', 'TagSpecifications', message, remedy))
  }
  if (typeof data.ImageId === 'string' && data.ImageId.startsWith('resolve:ssm:')) {
    const message =
      'managed node groups cannot resolve SSM parameters: their role may not read them'
    const remedy = 'Write the id of the image.'
    faults.push({ ...warned('AMI-14', 'ImageId', message, remedy), severity: 'error' })
  }
  return faults
}
