/** Who may do what: RBAC over the stored roles and bindings. Twin layer. */

import type { KubeKind } from '../../../../world/kube-objects.ts'
import type { KubeStore } from '../../../kube/store.ts'
import type { WireUser } from '../http/request.ts'
import { type JsonObject, listAt, textAt } from '../schema/own.ts'
import { clusterRoleRules } from './cluster-roles.ts'

/** One question; `resource` has its subresource behind a slash. */
export interface Attributes {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly name: string
  readonly namespace: string | undefined
  /** Set for paths that are no resources. */
  readonly nonResourcePath?: string
}

/** A rule of a role, as the API spells it. */
export type Rule = JsonObject

/** What everybody who is known may do, as the built-in bindings grant it. */
const basicRules: readonly Rule[] = [
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  },
  { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
]
const discoveryRule: Rule = {
  verbs: ['get'],
  nonResourceURLs: [
    '/api',
    '/api/*',
    '/apis',
    '/apis/*',
    '/healthz',
    '/livez',
    '/openapi',
    '/openapi/*',
    '/readyz',
    '/version',
    '/version/',
  ],
}
const publicRule: Rule = {
  verbs: ['get'],
  nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'],
}

/** Answers questions about users. */
export class Authorizer {
  private readonly store: KubeStore

  constructor(store: KubeStore) {
    this.store = store
  }

  isAllowed(user: WireUser, attributes: Attributes): boolean {
    if (user.groups.includes('system:masters')) return true
    return this.rulesOf(user, attributes.namespace).some((rule) => grants(rule, attributes))
  }

  /** Every rule that holds for the user in the namespace (undefined = at cluster scope). */
  rulesOf(user: WireUser, namespace: string | undefined): readonly Rule[] {
    if (user.groups.includes('system:masters')) return everything
    const known = user.groups.includes('system:authenticated')
    const built = known ? [...basicRules, discoveryRule, publicRule] : [publicRule]
    const cluster = this.bound('ClusterRoleBinding' as KubeKind, user, undefined)
    const local =
      namespace === undefined ? [] : this.bound('RoleBinding' as KubeKind, user, namespace)
    return [...built, ...cluster, ...local, ...this.accessRules(user, namespace)]
  }

  /** What the access policies of EKS grant without any binding. */
  private accessRules({ access = [] }: WireUser, namespace: string | undefined): readonly Rule[] {
    return access
      .filter(({ namespaces }) => namespaces === undefined || namespaces.includes(namespace ?? ''))
      .flatMap(({ role }) => (role === 'read-all' ? [readAll] : this.rulesOfClusterRole(role)))
  }

  private bound(kind: KubeKind, user: WireUser, namespace: string | undefined): readonly Rule[] {
    const bindings = this.store.list(kind) as unknown as readonly JsonObject[]
    return bindings
      .filter(
        (one) => namespace === undefined || textAt(one, 'metadata', 'namespace') === namespace,
      )
      .filter((one) => listAt(one, 'subjects').some((subject) => isSubject(subject, user, one)))
      .flatMap((one) => this.rulesOfRole(one, namespace))
  }

  private rulesOfRole(binding: JsonObject, namespace: string | undefined): readonly Rule[] {
    const isLocal = textAt(binding, 'roleRef', 'kind') === 'Role'
    const name = textAt(binding, 'roleRef', 'name')
    if (!isLocal) return this.rulesOfClusterRole(name)
    return listAt(this.store.get('Role' as KubeKind, namespace, name), 'rules') as readonly Rule[]
  }

  private rulesOfClusterRole(name: string): readonly Rule[] {
    return name === 'cluster-admin' ? everything : clusterRoleRules(this.store, name)
  }
}

const everything: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

/** AmazonEKSAdminViewPolicy: everything can be read, Secrets too. */
const readAll: Rule = { verbs: ['get', 'list', 'watch'], apiGroups: ['*'], resources: ['*'] }

function isSubject(subject: unknown, user: WireUser, binding: JsonObject): boolean {
  const name = textAt(subject, 'name')
  switch (textAt(subject, 'kind')) {
    case 'User':
      return name === user.name
    case 'Group':
      return user.groups.includes(name)
    case 'ServiceAccount': {
      const own = textAt(binding, 'metadata', 'namespace')
      const namespace = textAt(subject, 'namespace') || own
      return user.name === `system:serviceaccount:${namespace}:${name}`
    }
    default:
      return false
  }
}

function has(rule: Rule, member: string, value: string): boolean {
  const list = listAt(rule, member)
  return list.includes('*') || list.includes(value)
}

function grants(rule: Rule, asked: Attributes): boolean {
  if (!has(rule, 'verbs', asked.verb)) return false
  const { nonResourcePath } = asked
  if (nonResourcePath !== undefined) {
    return listAt(rule, 'nonResourceURLs').some((pattern) => {
      const text = String(pattern)
      if (text === '*' || text === nonResourcePath) return true
      return text.endsWith('*') && nonResourcePath.startsWith(text.slice(0, -1))
    })
  }
  if (!has(rule, 'apiGroups', asked.group)) return false
  const names = listAt(rule, 'resourceNames')
  if (names.length > 0 && !names.includes(asked.name)) return false
  const sub = asked.resource.includes('/') ? `*/${asked.resource.split('/')[1]}` : ''
  const resources = listAt(rule, 'resources')
  return has(rule, 'resources', asked.resource) || (sub !== '' && resources.includes(sub))
}
