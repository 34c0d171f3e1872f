/** Warnings about deprecated kinds and fields. Twin layer, pure. */

import type { Resource } from '../resources/resource.ts'
import { at, isJsonObject, listAt, textAt } from '../schema/own.ts'

const deprecatedLabels: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
}

/** Warnings about an object; none for most. */
export function deprecations(resource: Resource, object: unknown): readonly string[] {
  if (resource.kind === 'Endpoints') {
    return ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice']
  }
  if (resource.kind === 'Pod') {
    const critical = 'scheduler.alpha.kubernetes.io/critical-pod'
    const hasCritical = at(object, 'metadata', 'annotations', critical) !== undefined
    const annotation = `metadata.annotations[${critical}]: non-functional in v1.16+; use the "priorityClassName" field instead`
    const [selectors, others] = podWarnings(at(object, 'spec'), 'spec')
    return [...selectors, ...(hasCritical ? [annotation] : []), ...others]
  }
  const template = at(object, 'spec', 'template', 'spec')
  return template === undefined ? [] : podWarnings(template, 'spec.template.spec').flat()
}

function podWarnings(spec: unknown, field: string): readonly [string[], string[]] {
  const selector = at(spec, 'nodeSelector')
  const selectors = Object.keys(isJsonObject(selector) ? selector : {}).flatMap((key) => {
    const now = Object.hasOwn(deprecatedLabels, key) ? deprecatedLabels[key] : undefined
    const text = `${field}.nodeSelector[${key}]: deprecated since v1.14; use "${now}" instead`
    return now === undefined ? [] : [text]
  })
  const hidden = listAt(spec, 'containers').flatMap((container, index) => {
    const seen = new Set<string>()
    return listAt(container, 'env').flatMap((variable, at_) => {
      const name = textAt(variable, 'name')
      const isTwice = seen.has(name)
      seen.add(name)
      const place = `${field}.containers[${index}].env[${at_}]`
      const why = `hides previous definition of "${name}", which may be dropped when using apply`
      return isTwice ? [`${place}: ${why}`] : []
    })
  })
  const spread = listAt(spec, 'topologySpreadConstraints').flatMap((one, index) => {
    const place = `${field}.topologySpreadConstraints[${index}].labelSelector`
    const why = 'a null labelSelector results in matching no pod'
    return at(one, 'labelSelector') === undefined ? [`${place}: ${why}`] : []
  })
  return [selectors, [...hidden, ...spread]]
}
