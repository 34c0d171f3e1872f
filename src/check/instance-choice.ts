/** The instance types of a group, wherever they are said. Check layer, pure. */

import type { GroupFacts } from './facts.ts'

/** Those of the group, or the one of its template; empty when none is known. */
export function typesOf({ instanceTypes, template }: GroupFacts): readonly string[] {
  if (instanceTypes !== undefined && instanceTypes.length > 0) return instanceTypes
  const type = template?.data?.InstanceType
  return typeof type === 'string' ? [type] : []
}
