/** kubectl's annotation about what it last applied, which the server knows too. Twin layer, pure. */

import { isJsonObject, type JsonObject } from '../schema/own.ts'

/** Name of the annotation. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** What client-side apply has last set; undefined when it has not. */
export function lastAppliedOf(object: JsonObject | undefined): JsonObject | undefined {
  const annotations = annotationsOf(object)
  if (!Object.hasOwn(annotations, lastApplied)) return undefined
  try {
    const value: unknown = JSON.parse(String(annotations[lastApplied]))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The object after a server-side apply by kubectl: an annotation that is there tells of it too. */
export function withLastApplied(object: JsonObject, config: JsonObject): JsonObject {
  const annotations = annotationsOf(object)
  if (!Object.hasOwn(annotations, lastApplied)) return object
  const { annotations: sent, ...metadata } = (config['metadata'] ?? {}) as JsonObject
  const { [lastApplied]: _, ...others } = isJsonObject(sent) ? sent : {}
  const kept = Object.keys(others).length === 0 ? {} : { annotations: others }
  const text = JSON.stringify(sortedKeys({ ...config, metadata: { ...metadata, ...kept } }))
  return {
    ...object,
    metadata: {
      ...(object['metadata'] as JsonObject),
      annotations: { ...annotations, [lastApplied]: `${text}\n` },
    },
  }
}

function annotationsOf(object: JsonObject | undefined): JsonObject {
  const metadata = object?.['metadata']
  const annotations = isJsonObject(metadata) ? metadata['annotations'] : undefined
  return isJsonObject(annotations) ? annotations : {}
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (!isJsonObject(value)) return value
  const names = Object.keys(value).sort()
  return Object.fromEntries(names.map((name) => [name, sortedKeys(value[name])]))
}
