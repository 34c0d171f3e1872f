/** How nodes are printed. Twin layer, pure. */

import { at, isJsonObject, listAt, textAt } from '../schema/own.ts'
import { type Cell, created, nameOf, orNone, type PrintContext } from './texts.ts'

/** Cells of a node. */
export function nodeCells(node: unknown, context: PrintContext): Cell[] {
  const info = at(node, 'status', 'nodeInfo')
  return [
    nameOf(node),
    statusText(node),
    rolesText(node),
    created(node, context),
    textAt(info, 'kubeletVersion'),
    addressOf(node, 'InternalIP'),
    addressOf(node, 'ExternalIP'),
    orNone(textAt(info, 'osImage'), '<unknown>'),
    orNone(textAt(info, 'kernelVersion'), '<unknown>'),
    orNone(textAt(info, 'containerRuntimeVersion'), '<unknown>'),
  ]
}

function statusText(node: unknown): string {
  const ready = listAt(node, 'status', 'conditions').filter(
    (one) => textAt(one, 'type') === 'Ready',
  )
  const words: string[] = ready.map((one) =>
    textAt(one, 'status') === 'True' ? 'Ready' : 'NotReady',
  )
  if (words.length === 0) words.push('Unknown')
  if (at(node, 'spec', 'unschedulable') === true) words.push('SchedulingDisabled')
  return words.join(',')
}

function rolesText(node: unknown): string {
  const labels = at(node, 'metadata', 'labels')
  if (!isJsonObject(labels)) return '<none>'
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith(prefix)) return key.length > prefix.length ? [key.slice(prefix.length)] : []
    return key === 'kubernetes.io/role' && value !== '' ? [String(value)] : []
  })
  return orNone([...new Set(roles)].sort().join(','))
}

function addressOf(node: unknown, type: string): string {
  const found = listAt(node, 'status', 'addresses').find((one) => textAt(one, 'type') === type)
  return orNone(textAt(found, 'address'))
}
