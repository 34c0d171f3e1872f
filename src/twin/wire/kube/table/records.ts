/** How events, config, access rules and the rest are printed. Twin layer, pure. */

import { at, isJsonObject, textAt } from '../schema/own.ts'
import { ageOf } from './age.ts'
import { type Cell, count, created, nameOf, type PrintContext, sizeOf } from './texts.ts'

type Printer = (object: unknown, context: PrintContext) => Cell[]

/** Events of core/v1; those of events.k8s.io are stored in this form. */
export const eventCells: Printer = (event, { nowMs }) => {
  const about = at(event, 'involvedObject')
  const eventTime = textAt(event, 'eventTime')
  const first = textAt(event, 'firstTimestamp') || eventTime
  const last = textAt(event, 'lastTimestamp') || first
  const series = at(event, 'series')
  const seen = isJsonObject(series) ? textAt(series, 'lastObservedTime') : last
  const times = isJsonObject(series) ? count(series, 'count') : count(event, 'count') || 1
  const name = textAt(about, 'name')
  const kind = textAt(about, 'kind').toLowerCase()
  return [
    ageOf(seen, nowMs),
    textAt(event, 'type'),
    textAt(event, 'reason'),
    name === '' ? kind : `${kind}/${name}`,
    textAt(about, 'fieldPath'),
    sourceText(event),
    textAt(event, 'message').trim(),
    ageOf(first, nowMs),
    times,
    nameOf(event),
  ]
}

function sourceText(event: unknown): string {
  const component = textAt(event, 'source', 'component') || textAt(event, 'reportingComponent')
  const host = textAt(event, 'source', 'host') || textAt(event, 'reportingInstance')
  return host === '' ? component : `${component}, ${host}`
}

/** ConfigMaps. */
export const configMapCells: Printer = (object, context) => [
  nameOf(object),
  sizeOf(at(object, 'data')) + sizeOf(at(object, 'binaryData')),
  created(object, context),
]

/** Secrets. */
export const secretCells: Printer = (object, context) => [
  nameOf(object),
  textAt(object, 'type') || 'Opaque',
  sizeOf(at(object, 'data')),
  created(object, context),
]

/** Kinds with nothing but name and age. */
export const plainCells: Printer = (object, context) => [nameOf(object), created(object, context)]

/** Kinds without a printer: the time of creation itself. */
export const defaultCells: Printer = (object) => [
  nameOf(object),
  textAt(object, 'metadata', 'creationTimestamp'),
]

/** Namespaces. */
export const namespaceCells: Printer = (object, context) => [
  nameOf(object),
  textAt(object, 'status', 'phase'),
  created(object, context),
]

/** ResourceQuotas: requests and limits apart. */
export const quotaCells: Printer = (object, context) => {
  const hard = at(object, 'status', 'hard')
  const texts = Object.keys(isJsonObject(hard) ? hard : {})
    .sort()
    .map((name) => {
      const used = textAt(object, 'status', 'used', name)
      return { name, text: `${name}: ${used}/${textAt(hard, name)}` }
    })
  const isLimit = ({ name }: { name: string }): boolean => /^(?:limits\.|limits$)/.test(name)
  const join = (list: typeof texts): string => list.map(({ text }) => text).join(', ')
  return [
    nameOf(object),
    join(texts.filter((one) => !isLimit(one))),
    join(texts.filter(isLimit)),
    created(object, context),
  ]
}

/** Leases. */
export const leaseCells: Printer = (object, context) => [
  nameOf(object),
  textAt(object, 'spec', 'holderIdentity'),
  created(object, context),
]

/** PriorityClasses. */
export const priorityCells: Printer = (object, context) => [
  nameOf(object),
  count(object, 'value'),
  at(object, 'globalDefault') === true,
  created(object, context),
  textAt(object, 'preemptionPolicy') || 'PreemptLowerPriority',
]
