/** Names of the public SSM parameters that name EKS node images. Nodes layer, pure. */

import table from '../../data/ssm-parameters.json' with { type: 'json' }

/** Names of all families. */
export const amiFamilies = [
  'AmazonLinux2',
  'AmazonLinux2023',
  'Bottlerocket',
  'Ubuntu',
  'Windows',
] as const

/** AMI families, Amazon Linux and Bottlerocket as eksctl spells them. */
export type AmiFamily = (typeof amiFamilies)[number]

/** Families whose images the table of releases knows: those that a fleet file and the twin can have. */
export type CarriedAmiFamily = Extract<AmiFamily, 'AmazonLinux2' | 'AmazonLinux2023'>

/** What picks an image. */
export interface AmiChoice {
  readonly family: AmiFamily
  readonly arch: 'amd64' | 'arm64'
  /** `standard` or `nvidia` (AL2: `gpu`). */
  readonly variant: 'standard' | 'nvidia'
  /** Minor, e.g. `1.35`. */
  readonly kubernetesVersion: string
}

/** Parameter names and the EKS `amiType` of a choice. */
export interface AmiParameters {
  readonly amiType: string
  readonly imageIdParameter: string
  readonly releaseVersionParameter: string
}

interface VariantRow {
  readonly arch: string
  readonly variant: string
  readonly imageId: string
  readonly amiType?: string
  readonly releaseVersion?: string | null
}

const familyNames: Readonly<Record<AmiFamily, string>> = {
  AmazonLinux2: 'AL2',
  AmazonLinux2023: 'AL2023',
  Bottlerocket: 'Bottlerocket',
  Ubuntu: 'Ubuntu',
  Windows: 'Windows',
}

/** Names for a choice; undefined when the family has no such variant. */
export function amiParameters(choice: AmiChoice): AmiParameters | undefined {
  const family = table.families.find((one) => one.family === familyNames[choice.family])
  const wanted =
    choice.family === 'AmazonLinux2' && choice.variant === 'nvidia' ? 'gpu' : choice.variant
  const variants: readonly VariantRow[] = family?.variants ?? []
  const variant = variants.find((one) => one.arch === choice.arch && one.variant === wanted)
  if (!variant?.releaseVersion || variant.amiType === undefined) return undefined
  const fill = (pattern: string): string => pattern.replaceAll('{k8s}', choice.kubernetesVersion)
  return {
    amiType: variant.amiType,
    imageIdParameter: fill(variant.imageId),
    releaseVersionParameter: fill(variant.releaseVersion),
  }
}

/** The reverse of `amiType`; undefined for `CUSTOM` and for types that the table does not know. */
export function amiKindOf(
  amiType: string,
): Pick<AmiChoice, 'arch' | 'family' | 'variant'> | undefined {
  for (const family of amiFamilies) {
    const rows: readonly VariantRow[] =
      table.families.find((one) => one.family === familyNames[family])?.variants ?? []
    const row = rows.find((one) => one.amiType === amiType)
    if (row === undefined) continue
    const isNvidia = row.variant === 'nvidia' || row.variant === 'gpu'
    const arch = row.arch === 'arm64' ? 'arm64' : 'amd64'
    return { family, arch, variant: isNvidia ? 'nvidia' : 'standard' }
  }
  return undefined
}
