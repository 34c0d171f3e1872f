/** Every recorded answer of a real API server against the twin's. */

import { describe, expect, it } from 'vitest'
import { deviations } from './deviations.ts'
import { cases, replay } from './replay.ts'

const agreeing = cases.filter(({ id }) => !deviations.has(id))

describe('recorded answers', () => {
  it.each(agreeing)('$id: $title', (one) => {
    expect(replay(one)).toEqual([])
  })
})

describe('deviations', () => {
  it('names only cases that exist', () => {
    const ids = new Set(cases.map(({ id }) => id))
    expect([...deviations.keys()].filter((id) => !ids.has(id))).toEqual([])
  })

  it.each(cases.filter(({ id }) => deviations.has(id)))('$id still deviates', (one) => {
    expect(replay(one)).not.toEqual([])
  })
})
