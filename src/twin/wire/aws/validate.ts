/** The constraints of the service models, checked before an operation sees its input. Twin layer. */

import table from '../../../../data/aws-constraints.json' with { type: 'json' }
import { AwsProblem } from './problem.ts'
import type { ProtocolName, WireService } from './schema/catalogue.ts'

/** What the model says of a member; see the notes in the table. */
interface MemberSpec {
  readonly t: string
  readonly required?: boolean
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly min?: number
  readonly max?: number
  readonly ref?: string
  readonly of?: MemberSpec
  readonly key?: MemberSpec
  readonly value?: MemberSpec
}

type Members = Readonly<Record<string, MemberSpec>>

/** One broken constraint; `path` as the services write it. */
interface Violation {
  readonly kind: 'missing' | 'enum' | 'pattern' | 'length' | 'range'
  readonly path: string
  readonly value: unknown
  readonly text: string
}

const inputs = new Map(
  (
    table.operations as unknown as readonly { service: string; operation: string; input: Members }[]
  ).map((row) => [`${row.service}.${row.operation}`, row.input]),
)
const shapes = new Map(
  (table.shapes as unknown as readonly { service: string; shape: string; members: Members }[]).map(
    (row) => [`${row.service}.${row.shape}`, row.members],
  ),
)
const patterns = new Map<string, RegExp | undefined>()
const violationsMax = 20

/** @throws AwsProblem that names every broken constraint, as the service would. */
export function validateInput(
  service: WireService,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): void {
  const members = inputs.get(`${service.name}.${operation}`)
  if (members === undefined) return
  const found: Violation[] = []
  checkMembers(members, input, { service: service.name, path: '', found })
  if (found.length > 0) throw problemOf(service.protocol, found)
}

interface Walk {
  readonly service: string
  readonly path: string
  readonly found: Violation[]
}

function checkMembers(
  members: Members,
  value: Readonly<Record<string, unknown>>,
  walk: Walk,
): void {
  for (const [name, spec] of Object.entries(members)) {
    const path = walk.path === '' ? lowerFirst(name) : `${walk.path}.${lowerFirst(name)}`
    const one = value[name]
    if (one !== undefined && one !== null) check(spec, one, { ...walk, path })
    else if (spec.required === true) {
      add(walk, { kind: 'missing', path, value: undefined, text: 'Member must not be null' })
    }
  }
}

function check(spec: MemberSpec, value: unknown, walk: Walk): void {
  if (walk.found.length >= violationsMax) return
  if (Array.isArray(value)) checkList(spec, value, walk)
  else if (typeof value === 'string') checkText(spec, value, walk)
  else if (typeof value === 'number') checkNumber(spec, value, walk)
  else if (isRecord(value)) checkRecord(spec, value, walk)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  return !(value instanceof Date) && !(value instanceof Uint8Array)
}

function checkRecord(spec: MemberSpec, value: Readonly<Record<string, unknown>>, walk: Walk): void {
  const members = spec.ref === undefined ? undefined : shapes.get(`${walk.service}.${spec.ref}`)
  if (spec.t === 'map') checkMap(spec, value, walk)
  else if (members !== undefined) checkMembers(members, value, walk)
}

function checkList(spec: MemberSpec, value: readonly unknown[], walk: Walk): void {
  checkSize(spec, value.length, { ...walk, value })
  for (const [index, one] of value.entries()) {
    if (spec.of !== undefined)
      check(spec.of, one, { ...walk, path: `${walk.path}.${index + 1}.member` })
  }
}

/** Models ask for at least one tag where the services take none: only the largest size counts for maps. */
function checkMap(spec: MemberSpec, value: Readonly<Record<string, unknown>>, walk: Walk): void {
  const { min: _, ...atMost } = spec
  checkSize(atMost, Object.keys(value).length, { ...walk, value })
  for (const [key, one] of Object.entries(value)) {
    if (spec.key !== undefined) check(spec.key, key, { ...walk, path: `${walk.path}.key` })
    if (spec.value !== undefined)
      check(spec.value, one, { ...walk, path: `${walk.path}.${key}.member` })
  }
}

function checkText(spec: MemberSpec, value: string, walk: Walk): void {
  checkSize(spec, value.length, { ...walk, value })
  if (spec.pattern !== undefined && compiled(spec.pattern)?.test(value) === false) {
    const text = `Member must satisfy regular expression pattern: ${spec.pattern}`
    add(walk, { kind: 'pattern', path: walk.path, value, text })
  }
  if (spec.enum !== undefined && !spec.enum.includes(value)) {
    const text = `Member must satisfy enum value set: [${spec.enum.join(', ')}]`
    add(walk, { kind: 'enum', path: walk.path, value, text })
  }
}

function checkNumber(spec: MemberSpec, value: number, walk: Walk): void {
  const report = (bound: string): void =>
    add(walk, { kind: 'range', path: walk.path, value, text: `Member must have value ${bound}` })
  if (spec.min !== undefined && value < spec.min) report(`greater than or equal to ${spec.min}`)
  if (spec.max !== undefined && value > spec.max) report(`less than or equal to ${spec.max}`)
}

function checkSize(
  { max, min }: Pick<MemberSpec, 'min' | 'max'>,
  size: number,
  walk: Walk & { readonly value: unknown },
): void {
  const { path, value } = walk
  const report = (bound: string): void =>
    add(walk, { kind: 'length', path, value, text: `Member must have length ${bound}` })
  if (min !== undefined && size < min) report(`greater than or equal to ${min}`)
  if (max !== undefined && size > max) report(`less than or equal to ${max}`)
}

function add({ found }: Walk, violation: Violation): void {
  if (found.length < violationsMax) found.push(violation)
}

/** The pattern over the whole value; undefined for the few that this platform cannot compile. */
function compiled(pattern: string): RegExp | undefined {
  if (patterns.has(pattern)) return patterns.get(pattern)
  let made: RegExp | undefined
  try {
    made = new RegExp(`^(?:${pattern})$`, 'u')
  } catch {
    made = undefined
  }
  patterns.set(pattern, made)
  return made
}

function problemOf(protocol: ProtocolName, found: readonly Violation[]): AwsProblem {
  if (protocol === 'ec2-query') return ec2Problem(found[0]!)
  const codes = { 'rest-json': 'InvalidParameterException', 'aws-json': 'ValidationException' }
  const code = protocol === 'aws-query' ? 'ValidationError' : codes[protocol]
  const count = `${found.length} validation error${found.length === 1 ? '' : 's'} detected: `
  const texts = found.map(({ path, text, value }) => {
    const shown = value === undefined ? 'Value' : `Value '${shorten(value)}'`
    return `${shown} at '${path}' failed to satisfy constraint: ${text}`
  })
  return new AwsProblem(code, count + texts.join('; '))
}

/** EC2 names the first fault only, by the parameter's name on the wire. */
function ec2Problem({ kind, path, text, value }: Violation): AwsProblem {
  const name = upperFirst(path)
  if (kind === 'missing') {
    return new AwsProblem('MissingParameter', `The request must contain the parameter ${name}`)
  }
  const shown = `Value (${shorten(value)}) for parameter ${name} is invalid. ${text}.`
  return new AwsProblem('InvalidParameterValue', shown)
}

function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 256 ? `${text.slice(0, 256)}...` : text
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
