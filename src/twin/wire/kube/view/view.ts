/** Stored objects as the API shows them: whole shape, defaults, one generation rule, cached text. Twin layer. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import { applyDefaults } from '../defaults/defaults.ts'
import { generationRuleOf } from '../resources/kind-rules.ts'
import { apiVersionOf, type Resource } from '../resources/resource.ts'
import { DecodeError, decodeAs } from '../schema/decode.ts'
import type { JsonObject } from '../schema/own.ts'
import { fromStored } from './convert.ts'
import { withDeploymentConditions } from './deployment-status.ts'
import { withContainerStatuses } from './pod-status.ts'

/**
 * Objects of a world are written by the twin itself and carry only what matters to it; a client sees
 * them as the API server would have stored them.
 */
export function viewOf(resource: Resource, stored: KubeObject): JsonObject {
  const plain = stored as unknown as JsonObject
  const whole = withStatus(resource, plain)
  const shown = withGeneration(resource, fromStored(resource, whole))
  if (resource.struct === undefined) return shown
  try {
    const shaped = decodeAs(resource.struct, shown).value
    applyDefaults(resource, shaped)
    return shaped
  } catch (error) {
    if (error instanceof DecodeError) return shown
    throw error
  }
}

/** What the twin's controllers leave out of a status. */
function withStatus({ group, kind }: Resource, plain: JsonObject): JsonObject {
  if (kind === 'Pod' && group === '') return withContainerStatuses(plain)
  if (kind === 'Deployment' && group === 'apps') return withDeploymentConditions(plain)
  return plain
}

function withGeneration(resource: Resource, shown: JsonObject): JsonObject {
  if (generationRuleOf(resource) !== undefined) return shown
  const { generation: _, ...metadata } = shown.metadata as JsonObject
  return { ...shown, metadata }
}

/** JSON of objects, kept as long as the object lives: a watch event is written once for all watchers. */
export class ViewTexts {
  private readonly texts = new WeakMap<object, Map<Resource, string>>()

  /** The whole object. */
  textOf(resource: Resource, stored: KubeObject): string {
    let ofObject = this.texts.get(stored)
    if (ofObject === undefined) {
      ofObject = new Map()
      this.texts.set(stored, ofObject)
    }
    let text = ofObject.get(resource)
    if (text === undefined) {
      text = JSON.stringify(viewOf(resource, stored))
      ofObject.set(resource, text)
    }
    return text
  }

  /** As an item of a list: built-in kinds leave kind and apiVersion out. */
  itemTextOf(resource: Resource, stored: KubeObject): string {
    const text = this.textOf(resource, stored)
    if (resource.custom !== undefined) return text
    const { kind } = resource
    const head = `{"kind":"${kind}","apiVersion":"${apiVersionOf(resource)}",`
    return text.startsWith(head) ? `{${text.slice(head.length)}` : text
  }
}
