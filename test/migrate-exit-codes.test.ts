/** How `regroup migrate` ends when the world takes something from it, and that the same command goes on. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { exitCode } from '../src/cli/exit-code.ts'
import { wireFaultSchema } from '../src/twin/wire/wire-fault.ts'
import { type ServedStarter, servedStarter } from './served-starter.ts'
import { control } from './served-twin.ts'

let starter: ServedStarter

beforeEach(async () => {
  starter = await servedStarter()
})

afterEach(() => starter.stop())

async function fault(body: object): Promise<void> {
  expect((await control(starter.running, 'POST /faults', body)).status).toBe(200)
}

const command = ['--confirm', 'starter', '-q', '-o', 'json'] as const

const rows = [
  {
    name: 'the credentials are expired for good, halfway',
    body: {
      wire: wireFaultSchema.parse({
        kind: 'expired-credentials',
        operation: 'eks:CreateNodegroup',
      }),
    },
    code: exitCode.authentication,
    kind: 'unauthenticated',
    says: 'eks:CreateNodegroup: ExpiredTokenException: The security token included in the request is expired',
  },
  {
    name: 'a permission is missing, halfway',
    body: {
      wire: wireFaultSchema.parse({ kind: 'access-denied', operation: 'eks:CreateNodegroup' }),
    },
    code: exitCode.error,
    kind: 'forbidden',
    says: 'needs the permission eks:CreateNodegroup)',
  },
]
it.each(rows)(
  '$name: code $code, from which the same command goes on',
  async ({ body, code, kind, says }) => {
    await fault(body)
    const first = await starter.migrate(...command)
    expect(JSON.parse(first.out)).toMatchObject({
      result: 'failed',
      code: kind,
      message: expect.stringContaining(says),
    })
    expect(first.code).toBe(code)
    await control(starter.running, 'DELETE /faults')
    const second = await starter.migrate(...command)
    expect(JSON.parse(second.out)).toMatchObject({ result: 'converged', oldGroupsRemaining: [] })
    expect(second.code).toBe(exitCode.ok)
  },
)
