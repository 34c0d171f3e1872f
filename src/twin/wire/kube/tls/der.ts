/** ASN.1 in its distinguished encoding, as far as certificates need it. Twin layer, pure. */

/** One value: tag, length, content. */
export function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}

/** SEQUENCE. */
export function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts)
}

/** INTEGER of a positive number. */
export function integer(value: bigint): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0
  return der(0x02, isNegative ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 0x7f]
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(0x06, Buffer.from(bytes))
}

/** UTF8String. */
export function utf8(text: string): Buffer {
  return der(0x0c, Buffer.from(text))
}

/** BIT STRING without unused bits, or with `unusedBits` of them. */
export function bitString(bytes: Buffer, unusedBits = 0): Buffer {
  return der(0x03, Buffer.from([unusedBits]), bytes)
}

/** OCTET STRING. */
export function octets(bytes: Buffer): Buffer {
  return der(0x04, bytes)
}

/** BOOLEAN true. */
export const yes = der(0x01, Buffer.from([0xff]))

/** UTCTime or, from 2050 on, GeneralizedTime. */
export function time(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  const isShort = Number(digits.slice(0, 4)) < 2050
  return isShort
    ? der(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : der(0x18, Buffer.from(`${digits}Z`))
}
