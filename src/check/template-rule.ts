/** Rules that the nodes room decides about a launch template, by their id there. Check layer, pure. */

import { type TemplateFault, templateFaults } from '../nodes/template-faults.ts'
import type { GroupFacts } from './facts.ts'
import type { Fault, GroupRule } from './rule.ts'

/** Asked by every rule of the same group. */
const known = new WeakMap<GroupFacts, readonly TemplateFault[]>()

/** Faults of the template that are about fields which are known. */
export function faultsOfTemplate(group: GroupFacts): readonly TemplateFault[] {
  const before = known.get(group)
  if (before !== undefined) return before
  const faults = read(group)
  known.set(group, faults)
  return faults
}

function read(group: GroupFacts): readonly TemplateFault[] {
  const { template } = group
  if (template?.data === undefined) return []
  const { amiFamily, amiType, capacityType, diskSize, hasRemoteAccess, instanceTypes } = group
  return templateFaults(template.data, {
    templateName: template.name,
    ...(amiFamily === undefined ? {} : { amiFamily }),
    ...(amiType === undefined ? {} : { amiType }),
    ...(capacityType === undefined ? {} : { capacityType }),
    ...(diskSize === undefined ? {} : { diskSize }),
    ...(hasRemoteAccess === undefined ? {} : { hasRemoteAccess }),
    ...(instanceTypes === undefined ? {} : { instanceTypes }),
    ...(group.version === undefined ? {} : { version: group.version }),
    ...(group.releaseVersion === undefined ? {} : { releaseVersion: group.releaseVersion }),
  }).filter(({ path }) => !template.unknownFields.has(path.split('.')[0] ?? ''))
}

/** A rule of template-faults; `values` fills the catalogue's message. */
export function templateRule(
  id: string,
  values: (group: GroupFacts, fault: TemplateFault) => NonNullable<Fault['values']>,
): GroupRule {
  return {
    id,
    scope: 'group',
    find: (group) =>
      faultsOfTemplate(group)
        .filter((fault) => fault.rule === id)
        .map((fault) => ({
          member: memberOf(fault.path),
          values: { lt: group.template?.name ?? '', ...values(group, fault) },
        })),
  }
}

/** Fields of the template begin with a capital, members of the group do not. */
function memberOf(path: string): string {
  return /^[A-Z]/.test(path) ? `template.${path}` : path
}
