/** Answers of the server before they are written: code, headers, body. Twin layer, pure. */

import type { Representation } from '../http/accept.ts'
import type { Status } from '../http/status.ts'
import { writeStatus } from '../protobuf/envelope.ts'
import { writeYaml } from './yaml.ts'

/** A whole answer. */
export interface Answer {
  readonly code: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Buffer
}

/** Content types by encoding. */
export const contentTypes: Readonly<Record<Representation['encoding'], string>> = {
  json: 'application/json',
  protobuf: 'application/vnd.kubernetes.protobuf',
  yaml: 'application/yaml',
}

/** Plain text, as the router answers unknown paths and flow control. */
export function textAnswer(code: number, body: string): Answer {
  return { code, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** JSON that is no object of the API: discovery, versions. */
export function jsonAnswer(code: number, value: unknown, contentType = 'application/json'): Answer {
  return { code, headers: { 'content-type': contentType }, body: `${JSON.stringify(value)}\n` }
}

/** A Status in the form that the client asked for. */
export function statusAnswer(
  status: Status | Record<string, unknown>,
  code: number,
  encoding: Representation['encoding'],
): Answer {
  const seconds = (status as Partial<Status>).details?.retryAfterSeconds
  const headers: Record<string, string> = { 'content-type': contentTypes[encoding] }
  if (seconds !== undefined) headers['retry-after'] = String(seconds)
  return { code, headers, body: encodeJson(status, encoding, () => writeStatus(status)) }
}

/** A value as JSON, YAML, or by its own protobuf writer. */
export function encodeJson(
  value: unknown,
  encoding: Representation['encoding'],
  writeProtobuf: () => Buffer,
): string | Buffer {
  if (encoding === 'protobuf') return writeProtobuf()
  return encoding === 'yaml' ? writeYaml(value) : `${JSON.stringify(value)}\n`
}
