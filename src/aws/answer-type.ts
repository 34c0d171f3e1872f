/** Answers that are not AWS's are refused before anything is read from them. Aws layer. */

/** What a step of the SDK's deserialisation hands on; only the headers matter here. */
interface RawAnswer {
  readonly response?: {
    readonly statusCode?: number
    readonly headers?: Readonly<Record<string, string>>
  }
}

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
      const { headers = {}, statusCode = 0 } = answer.response ?? {}
      const type = headers['content-type'] ?? ''
      if (type === '' || /json|xml/i.test(type)) return answer
      throw Object.assign(new Error(`an answer of type ${type}`), {
        name: 'ForeignAnswer',
        $metadata: { httpStatusCode: statusCode },
      })
    },
    { step: 'deserialize', priority: 'low', name: 'refuseForeignAnswers' },
  )
}
