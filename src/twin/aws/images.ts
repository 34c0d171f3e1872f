/** AMI releases, their ids and the SSM parameters that name them. Twin layer. */

import releases from '../../../data/eks-ami-releases.json' with { type: 'json' }
import { type AmiChoice, amiParameters, type CarriedAmiFamily } from '../../nodes/ami-parameters.ts'
import { hash32 } from '../../world/random.ts'
import type { ImageState } from './ec2/state.ts'

/** What tells images of one release apart. */
export type ImageKind = Omit<AmiChoice, 'kubernetesVersion' | 'family'> & {
  readonly family: CarriedAmiFamily
}

type Row = readonly [string, string, string, string, readonly string[]]
const families: readonly (readonly [CarriedAmiFamily, string])[] = [
  ['AmazonLinux2', 'AL2'],
  ['AmazonLinux2023', 'AL2023'],
]

/** Amazon Linux itself, by the names of its public parameters. */
const plainImages: readonly (readonly [CarriedAmiFamily, ImageKind['arch'], string])[] = [
  ['AmazonLinux2', 'amd64', 'amzn2-ami-hvm-x86_64-gp2'],
  ['AmazonLinux2', 'arm64', 'amzn2-ami-hvm-arm64-gp2'],
  ['AmazonLinux2023', 'amd64', 'al2023-ami-kernel-6.1-x86_64'],
  ['AmazonLinux2023', 'amd64', 'al2023-ami-kernel-default-x86_64'],
  ['AmazonLinux2023', 'arm64', 'al2023-ami-kernel-6.1-arm64'],
  ['AmazonLinux2023', 'arm64', 'al2023-ami-kernel-default-arm64'],
]

/**
 * Newest release per family and minor; ids are made of the release, as real ones differ per
 * release.
 */
export class Images {
  private readonly byId: Map<string, ImageState>
  private readonly parameters: ReadonlyMap<string, string>

  constructor() {
    published ??= new PublishedImages()
    this.byId = new Map(published.byId)
    this.parameters = published.parameters
  }

  /** The image; undefined for unknown ids. */
  get(id: string): ImageState | undefined {
    return this.byId.get(id)
  }

  /** Every image, in the order of the table. */
  all(): readonly ImageState[] {
    return [...this.byId.values()]
  }

  /** An image that no parameter names, e.g. a team's own; replaces one with the same id. */
  add(image: ImageState): void {
    this.byId.set(image.id, image)
  }

  /** Newest standard image of a family; undefined when none is published. */
  newest(
    family: CarriedAmiFamily,
    arch: 'amd64' | 'arm64',
    version: string,
  ): ImageState | undefined {
    return this.newestOf({ family, arch, variant: 'standard' }, version)
  }

  /** Newest image of a kind for a Kubernetes minor; undefined when none is published. */
  newestOf(kind: ImageKind, kubernetesVersion: string): ImageState | undefined {
    const names = amiParameters({ ...kind, kubernetesVersion })
    return this.get(this.parameters.get(names?.imageIdParameter ?? '') ?? '')
  }

  /**
   * The image of an exact release, e.g. `1.32.9-20251209`; undefined when it was never published.
   */
  ofRelease(kind: ImageKind, release: string): ImageState | undefined {
    return this.get(imageIdOf(kind, release))
  }

  /** Value of a public parameter. */
  parameter(name: string): string | undefined {
    return this.parameters.get(name)
  }

  /** Names under a path, sorted. */
  parametersUnder(path: string): readonly string[] {
    const prefix = path.endsWith('/') ? path : `${path}/`
    return [...this.parameters.keys()].filter((name) => name.startsWith(prefix)).sort()
  }
}

/** The same in every account, so worked out once. */
let published: PublishedImages | undefined

/** What is read from the table of releases. */
class PublishedImages {
  readonly byId = new Map<string, ImageState>()
  readonly parameters = new Map<string, string>()

  constructor() {
    for (const row of releases.rows as unknown as readonly Row[]) this.addRelease(row)
    for (const [family, arch, name] of plainImages) this.addPlain(family, arch, name)
  }

  /** An Amazon Linux without a kubelet: instances of it run, nodes of it never join. */
  private addPlain(family: CarriedAmiFamily, arch: ImageKind['arch'], name: string): void {
    const id = imageIdOf({ arch, family, variant: 'standard' }, name)
    const none = { kubernetesVersion: '', kubeletVersion: '' }
    const root = { volumeType: name.endsWith('-gp2') ? 'gp2' : 'gp3', sizeGiB: 8 } as const
    this.byId.set(id, { id, family, arch, releaseVersion: name, root, ...none })
    this.parameters.set(`/aws/service/ami-amazon-linux-latest/${name}`, id)
  }

  private addRelease([, kubernetesVersion, releaseVersion, kubelet, inFamilies]: Row): void {
    for (const [family, short] of families) {
      if (!inFamilies.includes(short)) continue
      for (const arch of ['amd64', 'arm64'] as const) {
        for (const variant of ['standard', 'nvidia'] as const) {
          const kind = { family, arch, variant }
          const kubeletVersion = `v${kubelet}`
          this.addImage(kind, { kubernetesVersion, releaseVersion, kubeletVersion })
        }
      }
    }
  }

  private addImage(
    kind: ImageKind,
    release: Pick<ImageState, 'kubernetesVersion' | 'releaseVersion' | 'kubeletVersion'>,
  ): void {
    const { kubernetesVersion, releaseVersion } = release
    const names = amiParameters({ ...kind, kubernetesVersion })
    if (names === undefined) return
    const id = imageIdOf(kind, releaseVersion)
    this.byId.set(id, { id, family: kind.family, arch: kind.arch, ...release })
    // Rows come newest first: the first one of a minor is the recommended one.
    if (this.parameters.has(names.imageIdParameter)) return
    this.parameters.set(names.imageIdParameter, id)
    this.parameters.set(names.releaseVersionParameter, releaseVersion)
  }
}

/** The kind of image behind an EKS `amiType`; undefined for families without images in the twin. */
export function imageKindOf(amiType: string): ImageKind | undefined {
  const match = /^(AL2|AL2023)_(x86_64|ARM_64)(?:_(STANDARD|NVIDIA|GPU))?$/.exec(amiType)
  if (match === null) return undefined
  return {
    family: match[1] === 'AL2' ? 'AmazonLinux2' : 'AmazonLinux2023',
    arch: match[2] === 'ARM_64' ? 'arm64' : 'amd64',
    variant: match[3] === 'NVIDIA' || match[3] === 'GPU' ? 'nvidia' : 'standard',
  }
}

function imageIdOf({ arch, family, variant }: ImageKind, release: string): string {
  const suffix = variant === 'standard' ? '' : `/${variant}`
  const hex = (salt: number): string =>
    hash32(`${salt}/${family}/${arch}/${release}${suffix}`).toString(16).padStart(8, '0')
  return `ami-${(hex(0) + hex(1) + hex(2)).slice(0, 17)}`
}
