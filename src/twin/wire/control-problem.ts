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
  const texts = parsed.error.issues.map((issue) =>
    `${issue.path.join('.')} ${issue.message}`.trim(),
  )
  throw new ControlProblem(400, texts.slice(0, 5).join('; '))
}
