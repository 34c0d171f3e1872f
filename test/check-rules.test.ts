/** Every rule of check fires and stays quiet where it should; every row of the catalogue has its place. */

import { describe, expect, it } from 'vitest'
import { catalogue } from '../src/check/catalogue.ts'
import type { ClusterFacts, GroupFacts, InputFacts } from '../src/check/facts.ts'
import { findingCodes, findingDoc, findingDocText } from '../src/check/finding-doc.ts'
import { liveRules } from '../src/check/rules/live-rules.ts'
import { rules } from '../src/check/rules/rules.ts'
import { runRules } from '../src/check/run-rules.ts'
import { undecidedReason } from '../src/check/undecided.ts'
import { cluster } from './check-facts.ts'
import { groupExamples } from './rule-examples/groups.ts'
import { launchTemplateExamples } from './rule-examples/launch-templates.ts'
import { liveExamples } from './rule-examples/live.ts'
import { userDataExamples } from './rule-examples/user-data.ts'

const all = [...rules, ...liveRules]
const examples = [...launchTemplateExamples, ...groupExamples, ...userDataExamples, ...liveExamples]
const today = '2026-11-26'

function inputOf(facts: GroupFacts | ClusterFacts | InputFacts): InputFacts {
  if ('clusters' in facts) return facts
  const clusters = ['groups' in facts ? facts : cluster([facts])]
  return { kind: 'fleet', clusters, archivedSources: [], at: () => undefined }
}

describe.each(examples)('$rule', ({ fires, quiet, rule, says }) => {
  const found = (facts: GroupFacts | ClusterFacts | InputFacts) =>
    runRules(inputOf(facts), { rules: all, today }).filter(({ code }) => code === rule)

  it('fires', () => {
    const findings = found(fires)
    expect(findings.length).toBeGreaterThan(0)
    expect(findings[0]?.message).toContain(says)
    for (const { message } of findings) expect(message).not.toMatch(/[{}]/)
  })

  it('stays quiet', () => {
    expect(found(quiet)).toEqual([])
  })
})

describe('the catalogue', () => {
  it('has an example for every rule, and a rule for every example', () => {
    expect(new Set(examples.map(({ rule }) => rule))).toEqual(new Set(all.map(({ id }) => id)))
  })

  it('documents every code, and no other', () => {
    for (const code of findingCodes()) {
      const doc = findingDoc(code)
      expect(doc?.cause).toMatch(/\S/)
      if (doc !== undefined) expect(findingDocText(doc)).toContain(code)
    }
    expect(findingDoc('LT-999')).toBeUndefined()
    expect(findingDoc('lt-5')?.code).toBe('LT-5')
    expect(findingDoc('constructor')).toBeUndefined()
  })

  it('has a rule or a reason for every row', () => {
    const neither = catalogue.filter(
      (row) => undecidedReason(row) === undefined && !rules.some(({ id }) => id === row.id),
    )
    expect(neither.map(({ id }) => id)).toEqual([])
  })

  it('gives a reason only for rows without a rule', () => {
    const both = catalogue.filter(
      (row) => undecidedReason(row) !== undefined && rules.some(({ id }) => id === row.id),
    )
    expect(both.map(({ id }) => id)).toEqual([])
  })
})
