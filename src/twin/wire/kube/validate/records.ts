/** Rules of events, classes and definitions. Twin layer, pure. */

import { at, isJsonObject, type JsonObject, listAt, textAt } from '../schema/own.ts'
import { type Faults, forbiddenField, invalidValue, required, unsupported } from './faults.ts'

/** Events: core/v1 checks the namespace, events.k8s.io/v1 its own fields too. */
export function eventFaults(object: JsonObject): Faults {
  if (textAt(object, 'apiVersion') === 'events.k8s.io/v1') {
    return textAt(object, 'eventTime') === '' ? [required('eventTime')] : []
  }
  const namespace = textAt(object, 'metadata', 'namespace')
  const about = textAt(object, 'involvedObject', 'namespace')
  if (about === '' ? namespace === 'default' || namespace === '' : about === namespace) return []
  return [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')]
}

/** PriorityClass: its value stays. */
export function priorityChangeFaults(before: JsonObject, after: JsonObject): Faults {
  if (before.value === after.value) return []
  return [forbiddenField('value', 'may not be changed in an update.')]
}

const schemaTypes = ['array', 'boolean', 'integer', 'number', 'object', 'string']

/** CustomResourceDefinition. */
export function definitionFaults(object: JsonObject): Faults {
  const spec = at(object, 'spec')
  const name = textAt(object, 'metadata', 'name')
  const faults: Faults = []
  if (name !== `${textAt(spec, 'names', 'plural')}.${textAt(spec, 'group')}`) {
    faults.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'))
  }
  for (const [index, version] of listAt(spec, 'versions').entries()) {
    const schema = at(version, 'schema', 'openAPIV3Schema')
    const selectable = listAt(version, 'selectableFields')
    if (schema === undefined) {
      faults.push(required(`spec.versions[${index}].schema.openAPIV3Schema`))
      if (selectable.length > 0) {
        const why = 'may only be set when validations.schema is included'
        faults.push(invalidValue('spec.selectableFields', '', why))
      }
      continue
    }
    faults.push(...schemaFaults(schema, 'spec.validation.openAPIV3Schema'))
    for (const [at_, field] of selectable.entries()) {
      if (isSelectable(schema, textAt(field, 'jsonPath'))) continue
      const why =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
      const place = `spec.selectableFields[${at_}].jsonPath`
      faults.push(invalidValue(place, textAt(field, 'jsonPath'), why))
    }
  }
  return faults
}

function schemaFaults(schema: unknown, field: string, depth = 0): Faults {
  if (!isJsonObject(schema) || depth > 50) return []
  const { type } = schema
  const faults: Faults = []
  if (typeof type === 'string' && !schemaTypes.includes(type)) {
    faults.push(unsupported(`${field}.type`, type, schemaTypes))
  }
  const properties = schema.properties
  for (const [name, one] of Object.entries(isJsonObject(properties) ? properties : {})) {
    faults.push(...schemaFaults(one, `${field}.properties[${name}]`, depth + 1))
  }
  return [...faults, ...schemaFaults(schema.items, `${field}.items`, depth + 1)]
}

function isSelectable(schema: unknown, path: string): boolean {
  const steps = path.split('.').filter(Boolean)
  const found = steps.reduce<unknown>((value, step) => at(value, 'properties', step), schema)
  return ['string', 'boolean', 'integer'].includes(textAt(found, 'type'))
}
