/** The RBAC rule that would have allowed a call. Kube layer, pure. */

import type { CallSubject } from './request.ts'
import { resourceOf } from './resources.ts'

/** The user a "forbidden" text speaks of; undefined when it names none. */
function userOf(message: string): string | undefined {
  return /\bUser "([^"]*)"/i.exec(message)?.[1]
}

/** One line of a Role's `rules`, in YAML. */
function grantingRule({ kind, subresource, verb }: CallSubject): string | undefined {
  if (kind === undefined) return undefined
  const { group, plural } = resourceOf(kind)
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`
  return `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}`
}

/** What is missing and where it has to be granted, as a sentence to follow the server's own. */
export function grantAdvice(subject: CallSubject, serverMessage: string): string | undefined {
  const rule = grantingRule(subject)
  if (rule === undefined || subject.kind === undefined) return undefined
  const user = userOf(serverMessage)
  const { isNamespaced } = resourceOf(subject.kind)
  const isInside = isNamespaced && subject.namespace !== undefined
  const place = isInside
    ? `a Role in namespace ${subject.namespace} (or a ClusterRole)`
    : 'a ClusterRole'
  const who =
    user === undefined ? 'this user or one of its groups' : `user ${user} or a group of it`
  return `${place} bound to ${who} grants it with the rule ${rule}`
}
