/** Answers that cannot be AWS's are refused before anything is believed of them. Aws layer. */

import { pipeline, Readable, Transform } from 'node:stream'

/** What a step of the SDK's deserialisation hands on. */
interface RawAnswer {
  readonly response?: {
    readonly statusCode?: number
    readonly headers?: Readonly<Record<string, string>>
    body?: unknown
  }
}

/** The largest pages of EC2 have some megabytes; without an end to it a body fills the memory. */
const answerMiBMax = 64

type Next = (args: unknown) => Promise<RawAnswer>

/** The part of the SDK's clients that takes further steps. */
interface Stack {
  readonly middlewareStack: {
    add(
      step: (next: Next) => Next,
      options: { readonly step: 'deserialize'; readonly priority: 'low'; readonly name: string },
    ): void
  }
}

/**
 * A page that a proxy puts in place of an answer, with status 200, reads as an answer of the XML services in
 * which nothing is listed: as if every group were gone. So only JSON and XML get to the parser.
 */
export function refuseForeignAnswers(client: object): void {
  const { middlewareStack } = client as Stack
  middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args)
      const { response } = answer
      const type = response?.headers?.['content-type'] ?? ''
      const isForeign = type !== '' && !/json|xml/i.test(type)
      if (isForeign) throw foreign('ForeignAnswer', `of type ${type}`, response?.statusCode)
      if (response?.body instanceof Readable) {
        response.body = bounded(response.body, response.statusCode)
      }
      return answer
    },
    { step: 'deserialize', priority: 'low', name: 'refuseForeignAnswers' },
  )
}

function foreign(name: string, what: string, httpStatusCode = 0): Error {
  return Object.assign(new Error(`an answer ${what}`), { name, $metadata: { httpStatusCode } })
}

/** The same bytes, until there are too many: then reading fails and the connection is closed. */
function bounded(body: Readable, statusCode: number | undefined): Readable {
  let left = answerMiBMax * 1024 * 1024
  const passed = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      left -= chunk.length
      if (left >= 0) done(null, chunk)
      else done(foreign('OversizedAnswer', `of more than ${answerMiBMax} MiB`, statusCode))
    },
  })
  // Failures of either side reach the reader of `passed`.
  pipeline(body, passed, () => undefined)
  return passed
}
