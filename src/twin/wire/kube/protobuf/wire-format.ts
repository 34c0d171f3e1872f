/** The wire format of protobuf: tags, varints, length-delimited fields. Twin layer, pure. */

/** Bytes that are no protobuf message. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

/** One field as it lies in a message. */
export interface WireField {
  readonly number: number
  readonly value: bigint | Buffer
}

/** All fields of a message. @throws ProtobufError. */
export function readFields(bytes: Buffer): WireField[] {
  const fields: WireField[] = []
  let position = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[position]
      if (byte === undefined) throw new ProtobufError('unexpected EOF')
      position += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new ProtobufError('proto: integer overflow')
  }
  const take = (length: number): Buffer => {
    if (length < 0 || position + length > bytes.length) throw new ProtobufError('unexpected EOF')
    position += length
    return bytes.subarray(position - length, position)
  }
  while (position < bytes.length) {
    const tag = Number(varint())
    const number = Math.floor(tag / 8)
    if (number === 0) throw new ProtobufError(`proto: illegal tag 0 (wire type ${tag % 8})`)
    switch (tag % 8) {
      case 0:
        fields.push({ number, value: varint() })
        break
      case 1:
        fields.push({ number, value: take(8) })
        break
      case 2:
        fields.push({ number, value: take(Number(varint())) })
        break
      case 5:
        fields.push({ number, value: take(4) })
        break
      default:
        throw new ProtobufError(`proto: illegal wireType ${tag % 8}`)
    }
  }
  return fields
}

/** Collects the bytes of one message. */
export class MessageWriter {
  private readonly parts: Buffer[] = []

  varint(number: number, value: bigint | number): void {
    this.parts.push(varintBytes(BigInt(number * 8)), varintBytes(BigInt.asUintN(64, BigInt(value))))
  }

  double(number: number, value: number): void {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(value)
    this.parts.push(varintBytes(BigInt(number * 8 + 1)), bytes)
  }

  bytes(number: number, value: Buffer | string): void {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    this.parts.push(varintBytes(BigInt(number * 8 + 2)), varintBytes(BigInt(bytes.length)), bytes)
  }

  finish(): Buffer {
    return Buffer.concat(this.parts)
  }
}

function varintBytes(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}
