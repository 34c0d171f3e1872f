/** How HorizontalPodAutoscalers are printed. Twin layer, pure. */

import { at, listAt, textAt } from '../schema/own.ts'
import { type Cell, count, created, nameOf, type PrintContext } from './texts.ts'

/** Metrics that are printed before "+ N more...". */
const shownMax = 2

/** Cells of an HPA, either version. */
export function autoscalerCells(object: unknown, context: PrintContext): Cell[] {
  const reference = at(object, 'spec', 'scaleTargetRef')
  const minReplicas = at(object, 'spec', 'minReplicas')
  return [
    nameOf(object),
    `${textAt(reference, 'kind')}/${textAt(reference, 'name')}`,
    targetsText(object),
    typeof minReplicas === 'number' ? String(minReplicas) : '<unset>',
    count(object, 'spec', 'maxReplicas'),
    count(object, 'status', 'currentReplicas'),
    created(object, context),
  ]
}

function targetsText(object: unknown): string {
  const metrics = listAt(object, 'spec', 'metrics')
  if (metrics.length === 0) return '<none>'
  const current = listAt(object, 'status', 'currentMetrics')
  const texts = metrics.map((metric, index) => metricText(metric, current[index]))
  if (texts.length <= shownMax) return texts.join(', ')
  return `${texts.slice(0, shownMax).join(', ')} + ${texts.length - shownMax} more...`
}

const sources: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
}

function metricText(metric: unknown, status: unknown): string {
  const type = textAt(metric, 'type')
  const source = sources[type] ?? ''
  const target = at(metric, source, 'target')
  const current = at(status, source, 'current')
  const isResource = type === 'Resource' || type === 'ContainerResource'
  const head = isResource ? `${textAt(metric, source, 'name')}: ` : ''
  const average = textAt(target, 'averageValue')
  const suffix = average !== '' && (type === 'External' || type === 'Object') ? ' (avg)' : ''
  if (average !== '') {
    return `${head}${orUnknown(at(current, 'averageValue'))}/${average}${suffix}`
  }
  if (isResource) {
    const now = at(current, 'averageUtilization')
    const wanted = at(target, 'averageUtilization')
    const wantedText = typeof wanted === 'number' ? `${wanted}%` : '<auto>'
    return `${head}${typeof now === 'number' ? `${now}%` : '<unknown>'}/${wantedText}`
  }
  return `${head}${orUnknown(at(current, 'value'))}/${textAt(target, 'value')}`
}

function orUnknown(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : '<unknown>'
}
