/** `regroup migrate --read-only` against a served twin: it says what would be done, and nothing is changed. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ServedStarter, servedStarter } from './served-starter.ts'

let starter: ServedStarter

beforeEach(async () => {
  starter = await servedStarter()
})

afterEach(() => starter.stop())

/** Calls that are no reads, of whoever made them: operations of AWS and verbs of Kubernetes. */
function writes(): readonly string[] {
  return starter.running.host.twin.kernel.journal
    .entries('call')
    .map(({ what }) => what)
    .filter((what) => !/^(?:\w+:(?:Describe|Get|List)|kube:(?:get|list|watch))/.test(what))
}

describe('regroup migrate --read-only', () => {
  it('shows where it stands and the first step, and writes nothing', async () => {
    const { code, err, out } = await starter.migrate('--read-only')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('nothing was changed')
    expect(out).toContain('update-control-plane')
    expect(out).toContain('1.32 -> 1.33')
    expect(writes()).toEqual([])
    expect(starter.running.host.inputCount).toBe(0)
  })

  it('gives the whole decision as JSON', async () => {
    const { code, out } = await starter.migrate('--read-only', '-o', 'json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      kind: 'act',
      actions: [{ kind: 'update-control-plane', fromVersion: '1.32', toVersion: '1.33' }],
      blockers: [],
    })
  })
})
