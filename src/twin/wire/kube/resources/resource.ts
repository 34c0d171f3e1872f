/** A kind as the API serves it, and the list of all that are built in. Twin layer, pure. */

import discovery from '../../../../../data/kube-discovery.json' with { type: 'json' }
import type { KubeKind } from '../../../../world/kube-objects.ts'
import { hasStruct } from '../schema/schema.ts'
import type { CustomVersion } from './custom.ts'

/** A subresource; its kind may live in another group than its parent. */
export interface Subresource {
  readonly name: string
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly verbs: readonly string[]
}

/** One resource of one group version. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly isNamespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: ReadonlyMap<string, Subresource>
  /**
   * Its name in the store. The store's types know the closed set of kinds that Regroup reads; it keeps
   * any other kind just as well, so that all of them share one resourceVersion and one history.
   */
  readonly storeKind: KubeKind
  /** Its shape; undefined for custom resources. */
  readonly struct: string | undefined
  readonly custom: CustomVersion | undefined
}

/** `v1` or `apps/v1`. */
export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`
}

/** Group and version of an apiVersion text. */
export function splitApiVersion(text: string): { group: string; version: string } {
  const slash = text.indexOf('/')
  if (slash < 0) return { group: '', version: text }
  return { group: text.slice(0, slash), version: text.slice(slash + 1) }
}

interface Row {
  readonly groupVersion: string
  readonly name: string
  readonly singularName: string
  readonly namespaced: boolean
  readonly kind: string
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly group?: string
  readonly version?: string
}

const rows = discovery.rows as unknown as readonly Row[]

/** Struct name of a kind, e.g. `core.v1.Pod`; undefined where the schema has none. */
export function structNameOf(group: string, version: string, kind: string): string | undefined {
  const name = `${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`
  return hasStruct(name) ? name : undefined
}

/** Everything that is built in, in discovery's order. */
export const builtInResources: readonly Resource[] = rows
  .filter((row) => !row.name.includes('/'))
  .map((row) => {
    const { group, version } = splitApiVersion(row.groupVersion)
    return {
      group,
      version,
      plural: row.name,
      singular: row.singularName,
      kind: row.kind,
      isNamespaced: row.namespaced,
      verbs: row.verbs,
      shortNames: row.shortNames ?? [],
      categories: row.categories ?? [],
      subresources: subresourcesOf(row),
      storeKind: row.kind as KubeKind,
      struct: structNameOf(group, version, row.kind),
      custom: undefined,
    }
  })

function subresourcesOf(parent: Row): ReadonlyMap<string, Subresource> {
  const own = rows.filter(
    (row) => row.groupVersion === parent.groupVersion && row.name.startsWith(`${parent.name}/`),
  )
  const { group, version } = splitApiVersion(parent.groupVersion)
  return new Map(
    own.map((row) => {
      const name = row.name.slice(parent.name.length + 1)
      return [
        name,
        {
          name,
          group: row.group ?? group,
          version: row.version ?? version,
          kind: row.kind,
          verbs: row.verbs,
        },
      ]
    }),
  )
}
