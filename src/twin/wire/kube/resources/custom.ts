/** Custom resources: what a CustomResourceDefinition says about one served version. Twin layer, pure. */

import type { KubeKind } from '../../../../world/kube-objects.ts'
import { at, isJsonObject, type JsonObject, listAt, textAt } from '../schema/own.ts'
import type { Resource, Subresource } from './resource.ts'

/** One printer column. */
export interface CustomColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
  readonly jsonPath: string
}

/** A served version of a custom resource. */
export interface CustomVersion {
  /** openAPIV3Schema; `{}` accepts anything. */
  readonly schema: JsonObject
  readonly columns: readonly CustomColumn[]
  /** Fields that a field selector may name. */
  readonly selectable: readonly string[]
  readonly hasStatus: boolean
  /** JSON paths of the scale subresource. */
  readonly scale: ScalePaths | undefined
}

/** Where a custom resource keeps its replica counts. */
export interface ScalePaths {
  readonly specReplicas: string
  readonly statusReplicas: string
  readonly labelSelector: string
}

const mainVerbs = 'delete deletecollection get list patch create update watch'.split(' ')

/** The resources that a definition serves; empty until its names are accepted. */
export function customResourcesOf(definition: JsonObject): readonly Resource[] {
  const conditions = listAt(definition, 'status', 'conditions')
  const isEstablished = conditions.some(
    (one) => textAt(one, 'type') === 'Established' && textAt(one, 'status') === 'True',
  )
  if (!isEstablished) return []
  const group = textAt(definition, 'spec', 'group')
  const versions = listAt(definition, 'spec', 'versions')
  return versions
    .filter((one) => at(one, 'served') === true)
    .map((one) => {
      const custom = customVersionOf(definition, one)
      const kind = textAt(definition, 'spec', 'names', 'kind')
      const version = textAt(one, 'name')
      return {
        group,
        version,
        plural: textAt(definition, 'spec', 'names', 'plural'),
        singular: textAt(definition, 'spec', 'names', 'singular') || kind.toLowerCase(),
        kind,
        isNamespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
        verbs: mainVerbs,
        shortNames: listAt(definition, 'spec', 'names', 'shortNames') as readonly string[],
        categories: listAt(definition, 'spec', 'names', 'categories') as readonly string[],
        subresources: subresourcesOf(custom, { group, version, kind }),
        storeKind: `${kind}.${group}` as KubeKind,
        struct: undefined,
        custom,
      }
    })
}

function subresourcesOf(
  custom: CustomVersion,
  { group, kind, version }: { group: string; version: string; kind: string },
): ReadonlyMap<string, Subresource> {
  const verbs = ['get', 'patch', 'update']
  const found = new Map<string, Subresource>()
  if (custom.hasStatus) found.set('status', { name: 'status', group, version, kind, verbs })
  if (custom.scale !== undefined) {
    const scale = { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs }
    found.set('scale', scale)
  }
  return found
}

function customVersionOf(definition: JsonObject, version: unknown): CustomVersion {
  const schema = at(version, 'schema', 'openAPIV3Schema')
  const scale = at(version, 'subresources', 'scale')
  const selectable = [
    ...listAt(version, 'selectableFields'),
    ...listAt(definition, 'spec', 'selectableFields'),
  ]
  return {
    schema: isJsonObject(schema) ? schema : {},
    columns: listAt(version, 'additionalPrinterColumns').map((one) => ({
      name: textAt(one, 'name'),
      type: textAt(one, 'type'),
      format: textAt(one, 'format'),
      description: textAt(one, 'description'),
      priority: Number(at(one, 'priority') ?? 0),
      jsonPath: textAt(one, 'jsonPath'),
    })),
    selectable: selectable.map((one) => textAt(one, 'jsonPath').replace(/^\./, '')),
    hasStatus: at(version, 'subresources', 'status') !== undefined,
    scale: isJsonObject(scale)
      ? {
          specReplicas: textAt(scale, 'specReplicasPath'),
          statusReplicas: textAt(scale, 'statusReplicasPath'),
          labelSelector: textAt(scale, 'labelSelectorPath'),
        }
      : undefined,
  }
}
