/** Field selectors in a query: only the labels that a kind has. Twin layer, pure. */

import { badRequest } from '../http/status.ts'
import { fieldLabelsOf } from '../resources/kind-rules.ts'
import type { Resource } from '../resources/resource.ts'
import { at, listAt, textAt } from '../schema/own.ts'

/** One term: the text of the field (not) being the value. */
export interface FieldTerm {
  readonly label: string
  readonly isEqual: boolean
  readonly value: string
}

/** Parses `spec.nodeName=x,status.phase!=Failed`; '' selects everything. @throws StatusError 400. */
export function parseFields(text: string, resource: Resource): readonly FieldTerm[] {
  const { refuse, supported } = fieldLabelsOf(resource)
  // Go's parser sorts the parts first: the fault of the smallest one is answered.
  const parts = splitTerms(text)
    .filter((part) => part !== '')
    .sort()
  const terms = parts.map((part) => parseTerm(part, text))
  for (const { label } of terms) if (!supported.includes(label)) throw badRequest(refuse(label))
  return terms
}

/** True when the object meets all terms. */
export function fieldsMeet(terms: readonly FieldTerm[], object: unknown): boolean {
  return terms.every(
    ({ isEqual, label, value }) => (fieldText(object, label) === value) === isEqual,
  )
}

function splitTerms(text: string): string[] {
  const parts: string[] = []
  let part = ''
  for (let position = 0; position < text.length; position += 1) {
    const letter = text[position] ?? ''
    if (letter === '\\') {
      part += letter + (text[position + 1] ?? '')
      position += 1
    } else if (letter === ',') {
      parts.push(part)
      part = ''
    } else part += letter
  }
  return [...parts, part]
}

function parseTerm(part: string, whole: string): FieldTerm {
  const match = /^((?:[^\\=!]|\\.|!(?!=))*?)(!=|==|=)(.*)$/s.exec(part)
  if (match === null) throw badRequest(`invalid selector: '${whole}'; can't understand '${part}'`)
  const [, label = '', operator, value = ''] = match
  return { label, isEqual: operator !== '!=', value: unescaped(value) }
}

function unescaped(value: string): string {
  return value.replace(/\\(.?)/gs, (_, letter: string) => {
    if (letter === '\\' || letter === ',' || letter === '=') return letter
    throw badRequest(`invalid field selector: invalid escape sequence: \\${letter}`)
  })
}

/** Labels that are not simply a path, or whose absence is a value. */
const special: Readonly<Record<string, (object: unknown) => string>> = {
  'spec.unschedulable': (object) => String(at(object, 'spec', 'unschedulable') ?? false),
  'spec.hostNetwork': (object) => String(at(object, 'spec', 'hostNetwork') ?? false),
  'spec.restartPolicy': (object) => textAt(object, 'spec', 'restartPolicy') || 'Always',
  'spec.schedulerName': (object) => textAt(object, 'spec', 'schedulerName') || 'default-scheduler',
  'status.podIPs': (object) => textAt(listAt(object, 'status', 'podIPs')[0], 'ip'),
  'status.replicas': (object) => String(at(object, 'status', 'replicas') ?? 0),
  'status.successful': (object) => String(at(object, 'status', 'succeeded') ?? 0),
  source: (object) => textAt(object, 'source', 'component') || textAt(object, 'reportingComponent'),
  reportingComponent: (object) =>
    textAt(object, 'reportingComponent') || textAt(object, 'source', 'component'),
  reportingController: (object) => textAt(object, 'reportingComponent'),
  'regarding.name': (object) => textAt(object, 'involvedObject', 'name'),
  'regarding.kind': (object) => textAt(object, 'involvedObject', 'kind'),
}

/** The text of a field as selectors compare it; '' when it is not there. */
function fieldText(object: unknown, label: string): string {
  const read = special[label]
  if (read !== undefined && Object.hasOwn(special, label)) return read(object)
  const value = at(object, ...label.split('.'))
  return value === undefined || value === null ? '' : String(value)
}
