/** The schemas by which kubectl makes its strategic merge patches. */

import { expect, it } from 'vitest'
import { textOf, wireWorld } from './wire-world.ts'

interface Property {
  readonly [mark: `x-kubernetes-${string}`]: unknown
  readonly allOf?: readonly unknown[]
}

const propertyOf = (path: string, schema: string, name: string): Property => {
  const { components } = JSON.parse(textOf(wireWorld().ask('GET', path))) as {
    components: { schemas: Record<string, { properties: Record<string, Property> }> }
  }
  return components.schemas[schema]?.properties[name] ?? {}
}

it.each([
  ['io.k8s.api.core.v1.PodSpec', 'containers', 'merge', 'name'],
  ['io.k8s.api.core.v1.PodSpec', 'volumes', 'merge,retainKeys', 'name'],
  ['io.k8s.api.core.v1.Container', 'ports', 'merge', 'containerPort'],
  ['io.k8s.api.apps.v1.DeploymentSpec', 'strategy', 'retainKeys', undefined],
])('%s.%s is merged', (schema, name, strategy, key) => {
  const property = propertyOf('/openapi/v3/apis/apps/v1', schema, name)
  expect(property['x-kubernetes-patch-strategy']).toBe(strategy)
  expect(property['x-kubernetes-patch-merge-key']).toBe(key)
})
