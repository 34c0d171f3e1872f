/** The envelope of Kubernetes protobuf: four magic bytes, the kind, the message. Twin layer, pure. */

import type { Status } from '../http/status.ts'
import { splitApiVersion, structNameOf } from '../resources/resource.ts'
import { readMessage } from './read-message.ts'
import { MessageWriter, ProtobufError, readFields } from './wire-format.ts'
import { writeMessage } from './write-message.ts'

const magic = Buffer.from('k8s\0')

/** What an envelope holds. */
export interface Envelope {
  readonly apiVersion: string
  readonly kind: string
  readonly raw: Buffer
}

/** Opens an envelope. @throws ProtobufError. */
function openEnvelope(bytes: Buffer): Envelope {
  if (!bytes.subarray(0, magic.length).equals(magic)) {
    throw new ProtobufError(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    )
  }
  const fields = readFields(bytes.subarray(magic.length))
  const part = (number: number): Buffer => {
    const value = fields.find((one) => one.number === number)?.value
    return typeof value === 'bigint' || value === undefined ? Buffer.alloc(0) : value
  }
  const meta = readFields(part(1))
  const text = (number: number): string => {
    const value = meta.find((one) => one.number === number)?.value
    return typeof value === 'bigint' || value === undefined ? '' : value.toString('utf8')
  }
  return { apiVersion: text(1), kind: text(2), raw: part(2) }
}

/** Puts a message into an envelope. */
export function sealEnvelope({ apiVersion, kind, raw }: Envelope): Buffer {
  const meta = new MessageWriter()
  meta.bytes(1, apiVersion)
  meta.bytes(2, kind)
  const unknown = new MessageWriter()
  unknown.bytes(1, meta.finish())
  unknown.bytes(2, raw)
  unknown.bytes(3, '')
  unknown.bytes(4, '')
  return Buffer.concat([magic, unknown.finish()])
}

/** Kinds that are sent under an apiVersion that is not their own, e.g. DeleteOptions under any group. */
const metaKinds: ReadonlySet<string> = new Set([
  'CreateOptions',
  'DeleteOptions',
  'ListOptions',
  'PatchOptions',
  'Status',
  'UpdateOptions',
])

/** The object in an envelope as JSON. @throws ProtobufError for unknown kinds. */
export function readObject(bytes: Buffer): Record<string, unknown> {
  const { apiVersion, kind, raw } = openEnvelope(bytes)
  const { group, version } = splitApiVersion(apiVersion)
  const struct = metaKinds.has(kind)
    ? `meta.v1.${kind}`
    : (structNameOf(group, version, kind) ?? structNameOf(group, 'v1', kind))
  if (struct === undefined) {
    throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}"`)
  }
  return { kind, apiVersion, ...readMessage(struct, raw) }
}

/** A Status as protobuf. */
export function writeStatus(status: Status | Record<string, unknown>): Buffer {
  const raw = writeMessage('meta.v1.Status', status as Record<string, unknown>)
  return sealEnvelope({ apiVersion: 'v1', kind: 'Status', raw })
}
