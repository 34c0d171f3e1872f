/** `regroup migrate --abort` against a served twin, after a migration that ended half way. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCode } from '../src/cli/exit-code.ts'
import { wireFaultSchema } from '../src/twin/wire/wire-fault.ts'
import { type ServedStarter, servedStarter } from './served-starter.ts'
import { control } from './served-twin.ts'

let starter: ServedStarter

beforeEach(async () => {
  starter = await servedStarter()
})

afterEach(() => starter.stop())

/** A migration that may not terminate: pods have moved, nodes are cordoned, groups are fenced. */
async function halfWay(): Promise<void> {
  const operation = 'autoscaling:TerminateInstanceInAutoScalingGroup'
  const wire = wireFaultSchema.parse({ kind: 'access-denied', operation })
  expect((await control(starter.running, 'POST /faults', { wire })).status).toBe(200)
  const { code } = await starter.migrate('--confirm', 'starter', '-q')
  expect(code).toBe(exitCode.error)
  await control(starter.running, 'DELETE /faults')
}

describe('regroup migrate --abort', () => {
  it('takes it back and says what stays; twice is once, and a migration goes on from there', async () => {
    await halfWay()
    const seen = await starter.migrate('--abort', '--read-only')
    expect(seen.out).toContain('restore-group  starter-')
    expect(seen.code).toBe(exitCode.ok)
    const { code, err, out } = await starter.migrate('--abort', '--confirm', 'starter')
    expect(code).toBe(exitCode.ok)
    expect(err).toContain('aborting the migration of arn:aws:eks:')
    expect(out).toContain('result          aborted')
    expect(out).toMatch(/ {4}group starter-a\S+: min 1, max 12 again; it has 2 of the 2 instances/)
    expect(out).toMatch(/ {4}node ip-10-/)
    expect(out).toContain('    the map of the priority expander')
    expect(out).toMatch(/left standing: .+/)
    const [drain = '', remove = ''] = out.split('\n').filter((line) => line.startsWith('  $ '))
    expect(drain).toMatch(
      /^ {2}\$ kubectl drain -l eks.amazonaws.com\/nodegroup=a-general --ignore-/,
    )
    expect(remove).toMatch(
      /^ {2}\$ aws eks delete-nodegroup --region eu-west-1 --cluster-name starter --n/,
    )
    expect(out).toContain('EKS takes the mapping of that role away')
    const second = await starter.migrate('--abort', '--confirm', 'starter', '-q', '-o', 'json')
    expect(second.code).toBe(exitCode.ok)
    expect(JSON.parse(second.out)).toMatchObject({
      result: 'aborted',
      blocked: [],
      groups: [],
      nodes: [],
      prioritiesRestored: false,
    })
    const again = await starter.migrate('--confirm', 'starter', '-q', '-o', 'json')
    expect(JSON.parse(again.out)).toMatchObject({ result: 'converged', oldGroupsRemaining: [] })
    const third = await starter.migrate('--abort', '--confirm', 'starter', '-q')
    expect(third.out).toContain('nothing: no mark, fence or map of a migration was left')
  })

  it('touches nothing without the name of the cluster', async () => {
    const { code, err } = await starter.migrate('--abort')
    expect(code).toBe(exitCode.usage)
    expect(err).toContain('marks and fences are taken back; nothing was touched')
  })
})
