/** Label selectors as the API server matches them. Drain layer, pure. */

import type { LabelSelector, SelectorRequirement, StringMap } from '../world/kube-objects.ts'

/** True when the labels satisfy the selector; undefined selects nothing, `{}` everything. */
export function selects(selector: LabelSelector | undefined, labels: StringMap): boolean {
  if (selector === undefined) return false
  const { matchExpressions, matchLabels } = selector
  for (const key in matchLabels) if (labels[key] !== matchLabels[key]) return false
  return matchExpressions === undefined || matchExpressions.every((rule) => satisfies(rule, labels))
}

/** One requirement, also of node affinity (Gt and Lt compare integers). */
export function satisfies(rule: SelectorRequirement, labels: StringMap): boolean {
  const value = labels[rule.key]
  const values = rule.values ?? []
  switch (rule.operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return (
        value !== undefined && Number.parseInt(value, 10) > Number.parseInt(values[0] ?? '', 10)
      )
    case 'Lt':
      return (
        value !== undefined && Number.parseInt(value, 10) < Number.parseInt(values[0] ?? '', 10)
      )
  }
}

/** True when every pair of `wanted` stands in `labels`. */
export function includesAll(labels: StringMap, wanted: StringMap): boolean {
  for (const key in wanted) if (labels[key] !== wanted[key]) return false
  return true
}
