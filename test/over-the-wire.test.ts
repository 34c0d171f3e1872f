/** The engine with its ports in process, and through SDK, HTTP and TLS: the same decisions, the same end. */

import { describe, expect, it } from 'vitest'
import { migrateServed, useTestCredentials } from './wire-migration.ts'

useTestCredentials()

let inProcessOnce: ReturnType<typeof migrateServed> | undefined

/** What all others are compared with; runs once. */
function inProcessRun(): ReturnType<typeof migrateServed> {
  inProcessOnce ??= migrateServed({ aws: 'in process', kube: 'in process' })
  return inProcessOnce
}

describe('over the wire', () => {
  it('AWS through SDK and HTTP gives the same decisions and the same end', async () => {
    const inProcess = await inProcessRun()
    const overHttp = await migrateServed({ aws: 'over HTTP', kube: 'in process' })
    expect(inProcess.report).toMatchObject({ result: 'converged', oldGroupsRemaining: [] })
    expect(overHttp.decisions).toEqual(inProcess.decisions)
    expect(overHttp.end).toEqual(inProcess.end)
    expect(overHttp.report).toEqual(inProcess.report)
  })

  it.each(['in process', 'over HTTP'] as const)(
    'Kubernetes through TLS, AWS %s: the same acts, cordons in the same order, the same end',
    async (aws) => {
      const inProcess = await inProcessRun()
      const overTls = await migrateServed({ aws, kube: 'over TLS' })
      expect(overTls.report).toMatchObject({
        result: 'converged',
        oldGroupsRemaining: [],
        pods: inProcess.report.pods,
      })
      expect(overTls.cordons).toEqual(inProcess.cordons)
      expect(overTls.acts.toSorted()).toEqual(inProcess.acts.toSorted())
      expect(overTls.end).toEqual(inProcess.end)
      expect(overTls.report.seconds / inProcess.report.seconds).toBeCloseTo(1, 1)
    },
  )
})
