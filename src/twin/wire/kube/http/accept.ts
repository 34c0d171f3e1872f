/** Which form of an answer a client asks for. Twin layer, pure. */

import { refusal, StatusError } from './status.ts'

/** How an answer is written. */
export interface Representation {
  readonly encoding: 'json' | 'yaml' | 'protobuf'
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'
  /** Version of a Table or of partial metadata. */
  readonly version: 'v1' | 'v1beta1'
}

/** What the answer may be. */
export interface Offer {
  readonly kind: 'object' | 'list' | 'watch'
  /** Custom resources have no protobuf form. */
  readonly hasProtobuf: boolean
}

interface Clause {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

const encodings: Readonly<Record<string, Representation['encoding']>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
  'application/*': 'json',
  '*/*': 'json',
}
const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
const streams = 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch'

/** Reads an Accept header; absent or empty means JSON. @throws StatusError 406. */
export function negotiate(header: string | undefined, offer: Offer): Representation {
  const clauses = parseAccept(header ?? '')
  if (clauses.length === 0) return { encoding: 'json', as: 'object', version: 'v1' }
  for (const clause of clauses) {
    const found = representationOf(clause, offer)
    if (found !== undefined) return found
  }
  const isTypeKnown = clauses.some(({ type }) => encodings[type] !== undefined)
  if (isTypeKnown) {
    const list = offer.kind === 'watch' ? streams.replace(', ', ',') : accepted
    throw refusal(406, `only the following media types are accepted: ${list}`)
  }
  const all = offer.kind === 'object' ? accepted : `${accepted}, ${streams}`
  const message = `406: Not Acceptable\n\nAvailable representations: ${all}`
  throw new StatusError({ code: 406, reason: 'NotAcceptable', message, details: {} })
}

/** Form of an error: as asked for where that is possible, JSON otherwise. */
export function errorEncoding(header: string | undefined): Representation['encoding'] {
  for (const { type } of parseAccept(header ?? '')) {
    const encoding = encodings[type]
    if (encoding !== undefined) return encoding
  }
  return 'json'
}

/** Clauses by falling quality. */
export function parseAccept(header: string): Clause[] {
  return header
    .split(',')
    .slice(0, 32)
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map(parseClause)
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality)
}

function parseClause(text: string): Clause {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim())
  const parameters = new Map(
    rest.map((part) => {
      const mark = part.indexOf('=')
      return [part.slice(0, mark).trim(), part.slice(mark + 1).trim()] as const
    }),
  )
  const quality = Number(parameters.get('q') ?? 1)
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality }
}

function representationOf(clause: Clause, offer: Offer): Representation | undefined {
  const encoding = encodings[clause.type]
  if (encoding === undefined) return undefined
  if (encoding === 'protobuf' && !offer.hasProtobuf) return undefined
  if (encoding === 'yaml' && offer.kind === 'watch') return undefined
  const as = clause.parameters.get('as')
  if (as === undefined) return { encoding, as: 'object', version: 'v1' }
  const version = clause.parameters.get('v')
  if (clause.parameters.get('g') !== 'meta.k8s.io') return undefined
  if (version !== 'v1' && version !== 'v1beta1') return undefined
  if (as === 'Table') return encoding === 'protobuf' ? undefined : { encoding, as, version }
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
    return { encoding, as, version }
  }
  return undefined
}
