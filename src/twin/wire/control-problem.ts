/** What the control endpoint refuses, and how it reads a body. Twin layer. */

import type * as z from 'zod'
import type { HeardRequest } from './http-listener.ts'

/** What the endpoint refuses, with its HTTP status. */
export class ControlProblem extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The body as the schema has it. @throws ControlProblem 400 naming what is wrong with it. */
export function readBody<T extends z.ZodType>(schema: T, { body }: HeardRequest): z.output<T> {
  let value: unknown
  try {
    value = JSON.parse(body ?? '')
  } catch {
    throw new ControlProblem(400, 'the body is not JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ControlProblem(400, parsed.error.issues.flatMap(textsOf).slice(0, 5).join('; '))
}

type Issue = z.core.$ZodIssue

/** Of a choice: what is wrong with the one that was meant, else what there is to choose from. */
function textsOf(issue: Issue): readonly string[] {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const [meant, ...others] = issue.errors.filter((branch) => !branch.some(isForeign))
    if (meant !== undefined && others.length === 0) return meant.flatMap(textsOf)
    const names = new Set(issue.errors.flatMap((branch) => branch.flatMap(missingName)))
    if (names.size > 0) return [`give one of ${[...names].join(', ')}`]
  }
  return [`${issue.path.join('.')} ${issue.message}`.trim()]
}

/** The body has a member that this choice does not know. */
function isForeign({ code, path }: Issue): boolean {
  return code === 'unrecognized_keys' && path.length === 0
}

function missingName({ code, path }: Issue): readonly string[] {
  const isMissing = code === 'invalid_type' || code === 'invalid_value'
  return isMissing && path.length === 1 ? [String(path[0])] : []
}
