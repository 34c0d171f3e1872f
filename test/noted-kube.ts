/** The Kubernetes port that writes down which right each call needs. */

import { parseAllDocuments } from 'yaml'
import { resourceOf } from '../src/kube/resources.ts'
import type { KubeApi } from '../src/world/kube-api.ts'
import type { KubeKind } from '../src/world/kube-objects.ts'
import { sourceAt } from './sources.ts'

interface Role {
  readonly kind: string
  readonly rules?: readonly {
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly verbs: readonly string[]
  }[]
}

/** `verb group/resource` of every rule in the document's roles. */
export function grantedRights(path: string): ReadonlySet<string> {
  const [, text = ''] = /```yaml\n(apiVersion: rbac[\s\S]*?)```/.exec(sourceAt(path).text) ?? []
  const roles = parseAllDocuments(text).map((one) => one.toJS() as Role)
  const rights = roles.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    ),
  )
  return new Set(rights)
}

/** The same port; `used` learns the right that each call needs. */
export function notedKube(kube: KubeApi, used: Set<string>): KubeApi {
  return new Proxy(kube, {
    get: (target, method) => {
      const member: unknown = Reflect.get(target, method)
      if (typeof member !== 'function' || typeof method !== 'string') return member
      return (...args: unknown[]): unknown => {
        if (method === 'evict') used.add('create /pods/eviction')
        else if (method !== 'serverVersion' && method !== 'close') {
          const { group, plural } = resourceOf(args[0] as KubeKind)
          used.add(`${method} ${group}/${plural}`)
        }
        return Reflect.apply(member, target, args)
      }
    },
  })
}
