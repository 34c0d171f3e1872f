/** Rights that are missing, told before anything is done. Cli layer. */

import type { SelfReview } from '../kube/access-review.ts'
import type { Right } from '../kube/migration-rights.ts'
import { resourceOf } from '../kube/resources.ts'
import { Problem } from './problem.ts'

/**
 * Asks for all rights at once: without it the first write that is forbidden ends a run when the control plane may
 * be upgraded already. @throws Problem naming the user and the rules that would grant what is missing.
 */
export async function assertRights(
  kube: SelfReview,
  rights: readonly Right[],
  clusterName: string,
): Promise<void> {
  const lacking = await kube.lackingOf(rights)
  if (lacking.length === 0) return
  const user = await kube.userName()
  const who = user === undefined ? 'this user' : `user ${user}`
  const inAll = lacking.filter(({ namespace }) => namespace === undefined)
  const inOne = lacking.filter(({ namespace }) => namespace !== undefined)
  const lines = [
    ...rulesText('a ClusterRole', who, inAll),
    ...rulesText(`a Role in namespace ${inOne[0]?.namespace}`, who, inOne),
    'docs/kubernetes.md has all that is needed.',
  ]
  throw new Problem(
    `${who} may not do in ${clusterName} what this needs; nothing was touched`,
    lines.join('\n    '),
  )
}

function rulesText(role: string, who: string, lacking: readonly Right[]): readonly string[] {
  if (lacking.length === 0) return []
  const verbs = new Map<string, string[]>()
  for (const right of lacking) {
    const { group, plural } = resourceOf(right.kind)
    const resource = right.subresource === undefined ? plural : `${plural}/${right.subresource}`
    const rule = `apiGroups: ["${group}"], resources: ["${resource}"]`
    verbs.set(rule, [...(verbs.get(rule) ?? []), right.verb])
  }
  const rules = [...verbs].map(([rule, list]) => `  - {${rule}, verbs: [${list.join(', ')}]}`)
  return [`${role} bound to ${who} or a group of it grants it with the rules`, ...rules]
}
