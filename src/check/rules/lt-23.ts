/** LT-23: a template that names what does not exist. Check layer, pure. */

import type { RegionFacts } from '../live/live-facts.ts'
import { imageIdOf, keyNameOf, placementGroupOf } from '../live/live-questions.ts'
import type { GroupRule } from '../rule.ts'
import { securityGroupsOf } from '../template-reading.ts'

/** What was asked of the Region and is not there. */
type Known = { has(name: string): boolean } | undefined

interface Reference {
  readonly kind: string
  readonly id: string | undefined
  readonly field: string
  readonly known: Known
}

/** Images, key pairs, placement groups and security groups; snapshots are not looked up. */
export const lt23: GroupRule = {
  id: 'LT-23',
  scope: 'group',
  find: (group, { cluster }) => {
    const { live } = cluster
    const { template } = group
    if (live === undefined || template === undefined) return []
    const { images, keyPairs, placementGroups, securityGroups }: RegionFacts = live
    const references: readonly Reference[] = [
      { kind: 'AMI', id: imageIdOf(group), field: 'ImageId', known: images },
      { kind: 'key pair', id: keyNameOf(group), field: 'KeyName', known: keyPairs },
      {
        kind: 'placement group',
        id: placementGroupOf(group),
        field: 'Placement',
        known: placementGroups,
      },
      ...(securityGroupsOf(template) ?? []).map((id) => ({
        kind: 'security group',
        id,
        field: 'SecurityGroupIds',
        known: securityGroups,
      })),
    ]
    return references.flatMap(({ field, id, kind, known }) => {
      if (id === undefined || known === undefined || known.has(id)) return []
      const { name: lt, version: v = '?' } = template
      const values = { lt, v, kind, id, region: live.region }
      return [{ member: `template.${field}`, about: `${kind} ${id}`, values }]
    })
  },
}
