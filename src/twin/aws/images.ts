/** AMI releases, their ids and the SSM parameters that name them. Twin layer. */

import releases from '../../../data/eks-ami-releases.json' with { type: 'json' }
import { amiParameters, type AmiFamily } from '../../nodes/ami-parameters.ts'
import { hash32 } from '../../world/random.ts'
import type { ImageState } from './state.ts'

type Row = readonly [string, string, string, string, readonly string[]]
const families: readonly (readonly [AmiFamily, string])[] = [
  ['AmazonLinux2', 'AL2'],
  ['AmazonLinux2023', 'AL2023'],
]

/** Newest release per family and minor; ids are made of the release, as real ones differ per release. */
export class Images {
  private readonly byId = new Map<string, ImageState>()
  private readonly parameters = new Map<string, string>()

  constructor() {
    for (const row of releases.rows as unknown as readonly Row[]) this.addRelease(row)
  }

  /** The image; undefined for unknown ids. */
  get(id: string): ImageState | undefined {
    return this.byId.get(id)
  }

  /** Newest image of a choice; undefined when none is published. */
  newest(family: AmiFamily, arch: 'amd64' | 'arm64', version: string): ImageState | undefined {
    const names = amiParameters({ family, arch, variant: 'standard', kubernetesVersion: version })
    return this.get(this.parameters.get(names?.imageIdParameter ?? '') ?? '')
  }

  /** The image of an exact release. */
  ofRelease(family: AmiFamily, arch: 'amd64' | 'arm64', release: string): ImageState | undefined {
    return this.get(imageIdOf(family, arch, release))
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

  private addRelease([, kubernetesVersion, releaseVersion, kubelet, inFamilies]: Row): void {
    for (const [family, short] of families) {
      if (!inFamilies.includes(short)) continue
      for (const arch of ['amd64', 'arm64'] as const) {
        const id = imageIdOf(family, arch, releaseVersion)
        const kubeletVersion = `v${kubelet}`
        this.byId.set(id, { id, family, arch, kubernetesVersion, releaseVersion, kubeletVersion })
        const names = amiParameters({ family, arch, variant: 'standard', kubernetesVersion })
        // Rows come newest first: the first one of a minor is the recommended one.
        if (names === undefined || this.parameters.has(names.imageIdParameter)) continue
        this.parameters.set(names.imageIdParameter, id)
        this.parameters.set(names.releaseVersionParameter, releaseVersion)
      }
    }
  }
}

function imageIdOf(family: AmiFamily, arch: string, release: string): string {
  const hex = (salt: number): string =>
    hash32(`${salt}/${family}/${arch}/${release}`).toString(16).padStart(8, '0')
  return `ami-${(hex(0) + hex(1) + hex(2)).slice(0, 17)}`
}
