/** IPv4 address blocks. Twin layer, pure. */

/** A block: its first address as a number and the length of its prefix. */
export interface CidrBlock {
  readonly first: number
  readonly size: number
}

/** The block of a text such as `10.0.0.0/16`; undefined unless it is one with no host bits set. */
export function parseCidr(text: string): CidrBlock | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)
  if (match === null) return undefined
  const [a = 0, b = 0, c = 0, d = 0, size = 0] = match.slice(1).map(Number)
  if ([a, b, c, d].some((one) => one > 255) || size > 32) return undefined
  const first = ((a * 256 + b) * 256 + c) * 256 + d
  return first % addressCount(size) === 0 ? { first, size } : undefined
}

/** Addresses of a block with that prefix length. */
export function addressCount(size: number): number {
  return 2 ** (32 - size)
}

/** Whether two blocks have an address in common. */
export function overlaps(a: CidrBlock, b: CidrBlock): boolean {
  return a.first < b.first + addressCount(b.size) && b.first < a.first + addressCount(a.size)
}

/** Whether every address of `inner` is one of `outer`. */
export function contains(outer: CidrBlock, inner: CidrBlock): boolean {
  return inner.size >= outer.size && overlaps(outer, inner)
}

/** The address of a number, with dots. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')
}
