import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { includesAll, satisfies, selects } from './selector.ts'

describe('selects', () => {
  const labels = { app: 'web', tier: '2' }
  it.each([
    { name: 'no selector selects nothing', selector: undefined, is: false },
    { name: 'the empty selector selects everything', selector: {}, is: true },
    { name: 'equal label', selector: { matchLabels: { app: 'web' } }, is: true },
    {
      name: 'one label of two differs',
      selector: { matchLabels: { app: 'web', tier: '3' } },
      is: false,
    },
    { name: 'a missing label', selector: { matchLabels: { zone: 'a' } }, is: false },
  ])('$name: $is', ({ is, selector }) => {
    expect(selects(selector, labels)).toBe(is)
  })

  it('asks for labels and expressions both', () => {
    const matchExpressions = [{ key: 'tier', operator: 'In' as const, values: ['2', '3'] }]
    expect(selects({ matchLabels: { app: 'web' }, matchExpressions }, labels)).toBe(true)
    expect(selects({ matchLabels: { app: 'api' }, matchExpressions }, labels)).toBe(false)
    expect(selects({ matchLabels: { app: 'web' }, matchExpressions }, { app: 'web' })).toBe(false)
  })
})

describe('satisfies', () => {
  it.each([
    { operator: 'In' as const, values: ['a', 'b'], present: true, absent: false },
    { operator: 'NotIn' as const, values: ['a'], present: false, absent: true },
    { operator: 'NotIn' as const, values: ['b'], present: true, absent: true },
    { operator: 'Exists' as const, values: [], present: true, absent: false },
    { operator: 'DoesNotExist' as const, values: [], present: false, absent: true },
  ])('$operator $values: $present with the label, $absent without', (row) => {
    const rule = { key: 'k', operator: row.operator, values: row.values }
    expect(satisfies(rule, { k: 'a' })).toBe(row.present)
    expect(satisfies(rule, {})).toBe(row.absent)
  })

  it.each([
    { operator: 'Gt' as const, value: '5', than: '4', is: true },
    { operator: 'Gt' as const, value: '10', than: '9', is: true },
    { operator: 'Gt' as const, value: '4', than: '4', is: false },
    { operator: 'Lt' as const, value: '9', than: '10', is: true },
    { operator: 'Lt' as const, value: '10', than: '9', is: false },
    { operator: 'Gt' as const, value: 'many', than: '1', is: false },
  ])('$value $operator $than compares integers: $is', ({ is, operator, than, value }) => {
    expect(satisfies({ key: 'k', operator, values: [than] }, { k: value })).toBe(is)
    expect(satisfies({ key: 'k', operator, values: [than] }, {})).toBe(false)
  })

  it('In and NotIn, Exists and DoesNotExist are opposites for every label set', () => {
    const label = fc.constantFrom('a', 'b', 'c')
    const labels = fc.dictionary(fc.constantFrom('k', 'l'), label)
    fc.assert(
      fc.property(labels, fc.array(label), (have, values) => {
        const ask = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'): boolean =>
          satisfies({ key: 'k', operator, values }, have)
        expect(ask('In')).toBe(!ask('NotIn'))
        expect(ask('Exists')).toBe(!ask('DoesNotExist'))
      }),
    )
  })
})

describe('includesAll', () => {
  it('is the subset relation', () => {
    const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('1', '2'))
    fc.assert(
      fc.property(labels, labels, (have, more) => {
        expect(includesAll({ ...have, ...more }, more)).toBe(true)
        expect(includesAll(have, {})).toBe(true)
        expect(includesAll({}, more)).toBe(Object.keys(more).length === 0)
      }),
    )
  })
})
