/** How user data travels: its size before base64, and gzip. Nodes layer, pure. */

import type { AmiFamily } from './ami-parameters.ts'
import { isReleaseBefore } from './ami-release.ts'
import { gzipSince } from './node-config-schema.ts'

/** EC2's limit on user data before base64, bytes. */
export const userDataBytesMax = 16_384

/** A size against EC2's limit. */
export interface UserDataGauge {
  readonly bytes: number
  readonly bytesMax: number
  /** `error` above the limit, `warning` above nine tenths of it. */
  readonly verdict: 'fits' | 'warning' | 'error'
}

/** User data as EC2 gets it. */
export interface PackedUserData {
  readonly base64: string
  readonly gauge: UserDataGauge
  readonly isGzipped: boolean
}

/** What decides over gzip. */
export interface PackOptions {
  readonly family: AmiFamily
  /** The template names the AMI: EKS need not read the text to merge it. */
  readonly isCustomAmi: boolean
  /** Release of the pinned AMI; undefined = the newest. */
  readonly release?: string
  /** Compresses; given by the caller, because this room has no node modules. Must be deterministic. */
  readonly gzip?: (bytes: Uint8Array) => Uint8Array
}

/** The size of a text in UTF-8. EKS's own part counts too in the merged mode; it is not in here. */
export function userDataGauge(text: string): UserDataGauge {
  return gaugeOf(new TextEncoder().encode(text).length)
}

function gaugeOf(bytes: number): UserDataGauge {
  const bytesMax = userDataBytesMax
  const isFull = bytes > Math.floor(bytesMax * 0.9)
  return { bytes, bytesMax, verdict: bytes > bytesMax ? 'error' : isFull ? 'warning' : 'fits' }
}

/** Whether the node unpacks gzip. EKS must read what it merges, so a custom AMI is needed. */
function isGzipAllowed({ family, isCustomAmi, release }: PackOptions): boolean {
  if (!isCustomAmi || family === 'Windows') return false
  const isOld = release !== undefined && isReleaseBefore(release, gzipSince)
  return !(family === 'AmazonLinux2023' && isOld)
}

/** Whether the plain text is over EC2's limit and the node unpacks gzip. */
export function needsGzip(text: string, options: Omit<PackOptions, 'gzip'>): boolean {
  return userDataGauge(text).verdict === 'error' && isGzipAllowed(options)
}

/** Base64; compressed only where that is allowed and the plain text does not fit. */
export function packUserData(text: string, options: PackOptions): PackedUserData {
  const plain = new TextEncoder().encode(text)
  const { gzip } = options
  const isGzipped = gzip !== undefined && needsGzip(text, options)
  const bytes = isGzipped ? gzip(plain) : plain
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return { base64: btoa(binary), gauge: gaugeOf(bytes.length), isGzipped }
}
