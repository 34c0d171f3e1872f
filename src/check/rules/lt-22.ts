/** LT-22: a template that EC2 refuses by itself. Check layer, pure. */

import { volumeFaults } from '../../nodes/template-volume.ts'
import type { GroupFacts } from '../facts.ts'
import type { Fault, GroupRule } from '../rule.ts'
import { volumesOf } from '../template-reading.ts'
import { faultsOfTemplate } from '../template-rule.ts'

/** Fields that do not exist, and volumes outside of what their type can be. */
export const lt22: GroupRule = {
  id: 'LT-22',
  scope: 'group',
  find: (group) => {
    const names = faultsOfTemplate(group)
      .filter(({ rule }) => rule === 'LT-22')
      .map(({ message, path, remedy }) => fault(group, path, `${message}. ${remedy}`))
    const volumes = volumesOf(group.template).flatMap(({ path, volume }) =>
      volumeFaults(volume).map((text) => fault(group, path, text)),
    )
    return [...names, ...volumes]
  },
}

function fault({ template }: GroupFacts, path: string, ec2Text: string): Fault {
  const { name = '', version = '1' } = template ?? {}
  return { member: `template.${path}`, values: { lt: name, v: version, ec2Text } }
}
