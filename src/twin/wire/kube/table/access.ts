/** How access rules, webhooks and admission policies are printed. Twin layer, pure. */

import { at, isJsonObject, listAt, textAt } from '../schema/own.ts'
import { type Cell, created, nameOf, orNone, type PrintContext } from './texts.ts'

type Printer = (object: unknown, context: PrintContext) => Cell[]

/** RoleBindings and ClusterRoleBindings. */
export const bindingCells: Printer = (object, context) => {
  const subjects = listAt(object, 'subjects')
  const names = (kind: string): string =>
    subjects
      .filter((one) => textAt(one, 'kind') === kind)
      .map((one) => {
        const namespace = textAt(one, 'namespace')
        return kind === 'ServiceAccount'
          ? `${namespace}/${textAt(one, 'name')}`
          : textAt(one, 'name')
      })
      .join(', ')
  const role = at(object, 'roleRef')
  return [
    nameOf(object),
    `${textAt(role, 'kind')}/${textAt(role, 'name')}`,
    created(object, context),
    names('User'),
    names('Group'),
    names('ServiceAccount'),
  ]
}

/** Webhook configurations. */
export const webhookCells: Printer = (object, context) => [
  nameOf(object),
  listAt(object, 'webhooks').length,
  created(object, context),
]

/** APIServices. */
export const apiServiceCells: Printer = (object, context) => {
  const service = at(object, 'spec', 'service')
  const name = `${textAt(service, 'namespace')}/${textAt(service, 'name')}`
  const available = listAt(object, 'status', 'conditions').find(
    (one) => textAt(one, 'type') === 'Available',
  )
  const status = textAt(available, 'status') || 'Unknown'
  const word = status === 'True' ? 'True' : `${status} (${textAt(available, 'reason')})`
  return [nameOf(object), isJsonObject(service) ? name : 'Local', word, created(object, context)]
}

/** ResourceSlices. */
export const sliceCells: Printer = (object, context) => [
  nameOf(object),
  orNone(textAt(object, 'spec', 'nodeName'), '<unset>'),
  textAt(object, 'spec', 'driver'),
  textAt(object, 'spec', 'pool', 'name'),
  created(object, context),
]

/** ResourceClaims: what has been done for them. */
export const resourceClaimCells: Printer = (object, context) => {
  const words: string[] = []
  if (at(object, 'metadata', 'deletionTimestamp') !== undefined) words.push('deleted')
  if (at(object, 'status', 'allocation') !== undefined) words.push('allocated')
  if (listAt(object, 'status', 'reservedFor').length > 0) words.push('reserved')
  return [nameOf(object), words.join(',') || 'pending', created(object, context)]
}

/** ComponentStatuses. */
export const componentCells: Printer = (object) => {
  const [condition] = listAt(object, 'conditions')
  const isHealthy = textAt(condition, 'status') === 'True'
  return [
    nameOf(object),
    isHealthy ? 'Healthy' : 'Unhealthy',
    textAt(condition, 'message'),
    textAt(condition, 'error'),
  ]
}

/** ValidatingAdmissionPolicies. */
export const policyCells: Printer = (object, context) => {
  const kind = at(object, 'spec', 'paramKind')
  return [
    nameOf(object),
    listAt(object, 'spec', 'validations').length,
    isJsonObject(kind) ? `${textAt(kind, 'apiVersion')}/${textAt(kind, 'kind')}` : '<unset>',
    created(object, context),
  ]
}

/** Their bindings. */
export const policyBindingCells: Printer = (object, context) => [
  nameOf(object),
  textAt(object, 'spec', 'policyName'),
  orNone(textAt(object, 'spec', 'paramRef', 'name'), '<unset>'),
  created(object, context),
]
