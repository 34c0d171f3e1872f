import { describe, expect, it } from 'vitest'
import { clusterName, smallWorld } from '../../test/small-world.ts'
import { isFailure } from '../world/failure.ts'
import { observeGroups } from './groups.ts'

describe('observeGroups', () => {
  it('does not believe a list without any group of the node groups that EKS names', async () => {
    const { api, call } = smallWorld()
    const wanted = { clusterName, newNames: new Set(['eks-new-1']), isRefreshRead: false }
    const error: unknown = await call(observeGroups(api, wanted)).catch((reason: unknown) => reason)
    expect(isFailure(error, 'unavailable')).toBe(true)
    expect(isFailure(error) && error.retry).toBe('backoff')
  })

  it('believes an empty list while there is no node group', async () => {
    const { api, call } = smallWorld()
    const wanted = { clusterName, newNames: new Set<string>(), isRefreshRead: false }
    expect(await call(observeGroups(api, wanted))).toEqual([])
  })
})
