/** EBS volumes of a launch template: what EC2 accepts per type. Nodes layer, pure. */

/** A volume; sizes in GiB, throughput in MiB/s. */
export interface TemplateVolume {
  readonly size: number
  readonly type: string
  readonly iops?: number
  readonly throughput?: number
}

interface VolumeLimits {
  readonly sizeMax: number
  /** Undefined = the type takes none. */
  readonly iops?: readonly [number, number]
  readonly throughput?: readonly [number, number]
  readonly needsIops?: boolean
}

const tib = 1024

/** botocore's ec2 model of 2026; gp3 defaults are 3,000 IOPS and 125 MiB/s. */
const limitsByType: Readonly<Record<string, VolumeLimits>> = {
  gp2: { sizeMax: 16 * tib },
  gp3: { sizeMax: 64 * tib, iops: [3000, 80_000], throughput: [125, 2000] },
  io1: { sizeMax: 16 * tib, iops: [100, 64_000], needsIops: true },
  io2: { sizeMax: 64 * tib, iops: [100, 256_000], needsIops: true },
  sc1: { sizeMax: 16 * tib },
  st1: { sizeMax: 16 * tib },
  standard: { sizeMax: tib },
}

/** Sentences; empty when EC2 takes the volume as a root disk. */
export function volumeFaults(volume: TemplateVolume): readonly string[] {
  const { iops, size, throughput, type } = volume
  const limits = Object.hasOwn(limitsByType, type) ? limitsByType[type] : undefined
  if (limits === undefined) {
    return [`${type} is not a volume type (${Object.keys(limitsByType).join(', ')})`]
  }
  const faults: string[] = []
  if (type === 'sc1' || type === 'st1') faults.push(`${type} cannot be a root volume`)
  if (!Number.isInteger(size) || size < 1 || size > limits.sizeMax) {
    faults.push(`${type} has 1 to ${limits.sizeMax} GiB, not ${size}`)
  }
  if (iops === undefined && limits.needsIops === true) faults.push(`${type} needs iops`)
  if (iops !== undefined) faults.push(...rangeFaults(type, 'iops', iops, limits.iops))
  if (throughput !== undefined) {
    faults.push(...rangeFaults(type, 'throughput', throughput, limits.throughput))
  }
  return faults
}

function rangeFaults(
  type: string,
  what: string,
  value: number,
  range: readonly [number, number] | undefined,
): readonly string[] {
  if (range === undefined) return [`${type} takes no ${what}`]
  const [min, max] = range
  return value < min || value > max ? [`${what} of ${type} is ${min} to ${max}, not ${value}`] : []
}
