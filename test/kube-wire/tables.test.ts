/** Every recorded Table row against the twin's printers. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { builtInResources, splitApiVersion } from '../../src/twin/wire/kube/resources/resource.ts'
import type { JsonObject } from '../../src/twin/wire/kube/schema/own.ts'
import { shortDuration } from '../../src/twin/wire/kube/table/age.ts'
import { rowConditions, tableCells, tableColumns } from '../../src/twin/wire/kube/table/table.ts'
import { toStored } from '../../src/twin/wire/kube/view/convert.ts'

interface Row {
  readonly kind: string
  readonly title: string
  readonly now: string
  readonly cells: readonly unknown[]
  readonly conditions?: readonly unknown[]
  readonly object: JsonObject
}

const recorded = JSON.parse(
  readFileSync(new URL('../data/kube-tables.json', import.meta.url), 'utf8'),
) as {
  rows: readonly Row[]
  columns: Readonly<Record<string, readonly { name: string; priority: number }[]>>
  ages: readonly (readonly [number, string])[]
}

function resourceOf(name: string): (typeof builtInResources)[number] {
  const [apiVersion = '', kind = ''] = name.split(' ')
  const { group, version } = splitApiVersion(apiVersion)
  const found = builtInResources.find(
    (one) => one.group === group && one.version === version && one.kind === kind,
  )
  if (found === undefined) throw new TypeError(`no resource ${name}`)
  return found
}

describe('rows', () => {
  it.each(recorded.rows)('$kind: $title', ({ cells, conditions, kind, now, object }) => {
    const resource = resourceOf(kind)
    const stored = toStored(resource, object)
    expect(tableCells(resource, stored, { nowMs: Date.parse(now) })).toEqual(cells)
    expect(rowConditions(resource, stored)).toEqual(conditions)
  })
})

describe('columns', () => {
  it.each(Object.keys(recorded.columns))('%s', (kind) => {
    const columns = tableColumns(resourceOf(kind)).map(({ name, priority }) => ({ name, priority }))
    const wanted = recorded.columns[kind]?.map(({ name, priority }) => ({ name, priority }))
    expect(columns).toEqual(wanted)
  })
})

it.each(recorded.ages)('%d seconds are %s', (seconds, text) => {
  expect(shortDuration(seconds)).toBe(text)
})
