import { describe, expect, it } from 'vitest'
import { releaseAge, releaseDate, releasesOf } from './ami-releases.ts'

describe('releasesOf', () => {
  it('has the releases of a minor, newest first', () => {
    const dates = releasesOf('AmazonLinux2023', '1.35').map(({ date }) => date)
    expect(dates.length).toBeGreaterThan(5)
    expect(dates).toEqual([...dates].sort().reverse())
    expect(releasesOf('AmazonLinux2023', '1.35')[0]).toEqual({
      releaseVersion: '1.35.6-20260714',
      kubeletVersion: '1.35.6',
      date: '2026-07-14',
    })
  })

  it('has none of Amazon Linux 2 from 1.33 on, and none of other families', () => {
    expect(releasesOf('AmazonLinux2', '1.32')[0]?.releaseVersion).toBe('1.32.9-20251209')
    expect(releasesOf('AmazonLinux2', '1.33')).toEqual([])
    expect(releasesOf('Bottlerocket', '1.35')).toEqual([])
  })
})

describe('releaseAge', () => {
  const releases = releasesOf('AmazonLinux2023', '1.35')

  it('counts releases and days', () => {
    expect(releaseAge('1.35.5-20260610', releases)).toMatchObject({
      newest: { releaseVersion: '1.35.6-20260714' },
      behindCount: 3,
      behindDays: 34,
      isListed: true,
    })
    expect(releaseAge('1.35.6-20260714', releases)).toMatchObject({ behindCount: 0, behindDays: 0 })
  })

  it('takes what SSM names for the newest, also beyond the table', () => {
    expect(releaseAge('1.35.6-20260714', releases, '1.35.7-20260801')).toMatchObject({
      behindCount: 1,
      behindDays: 18,
    })
  })

  it('says when the table does not list the release', () => {
    expect(releaseAge('1.35.9-20260901', releases)).toMatchObject({
      behindCount: 0,
      behindDays: 0,
      isListed: false,
    })
  })

  it('says nothing without a date', () => {
    expect(releaseAge('ami-0123', releases)).toBeUndefined()
    expect(releaseAge('1.46.0-431fe75a', releases)).toBeUndefined()
    expect(releaseAge('1.35.6-20260714', [])).toBeUndefined()
    expect(releaseDate('1.35.6-20260714')).toBe('2026-07-14')
  })
})
