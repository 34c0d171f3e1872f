/** All resources that one cluster serves now, custom ones included. Twin layer. */

import type { KubeKind } from '../../../../world/kube-objects.ts'
import type { KubeStore } from '../../../kube/store.ts'
import { type JsonObject, textAt } from '../schema/own.ts'
import { customResourcesOf } from './custom.ts'
import { builtInResources, type Resource } from './resource.ts'

const definitionKind = 'CustomResourceDefinition' as KubeKind
const builtIn = new Map(builtInResources.map((one) => [keyOf(one), one]))
const builtInGroups: ReadonlySet<string> = new Set(builtInResources.map(({ group }) => group))

function keyOf({ group, plural, version }: Pick<Resource, 'group' | 'version' | 'plural'>): string {
  return `${group}/${version}/${plural}`
}

/** Looks resources up; custom ones are read from the store when their definitions change. */
export class Registry {
  private readonly store: KubeStore
  private custom: ReadonlyMap<string, Resource> | undefined

  constructor(store: KubeStore) {
    this.store = store
    store.subscribe(({ kind }) => {
      if (kind === definitionKind) this.custom = undefined
    })
  }

  /** The resource with this plural; undefined when it is not served. */
  find(group: string, version: string, plural: string): Resource | undefined {
    const key = `${group}/${version}/${plural}`
    return builtIn.get(key) ?? this.customByKey().get(key)
  }

  /** True for groups that are served in any version. */
  hasGroup(group: string): boolean {
    return builtInGroups.has(group) || this.customResources().some((one) => one.group === group)
  }

  hasVersion(group: string, version: string): boolean {
    return this.all().some((one) => one.group === group && one.version === version)
  }

  all(): readonly Resource[] {
    return [...builtInResources, ...this.customByKey().values()]
  }

  customResources(): readonly Resource[] {
    return [...this.customByKey().values()]
  }

  private customByKey(): ReadonlyMap<string, Resource> {
    if (this.custom === undefined) {
      const definitions = this.store.list(definitionKind) as unknown as readonly JsonObject[]
      const living = definitions.filter((one) => textAt(one, 'metadata', 'name') !== '')
      this.custom = new Map(living.flatMap(customResourcesOf).map((one) => [keyOf(one), one]))
    }
    return this.custom
  }
}
