/** Form bodies of both query protocols, typed by shapes. Twin layer, pure. */

import type { Member, Shape, StructureShape } from '../schema/shape.ts'
import type { FormNode } from './form-tree.ts'
import { readBoolean, readNumber, readTime } from './scalar.ts'

/** How the two query protocols name things. */
export interface FormDialect {
  /** Name of a structure's member in the form. */
  memberKey(member: Member): string
  /** True where list elements hang right under the list: `X.1`. */
  isFlat(member: Member): boolean
}

/** IAM, STS and Auto Scaling: `X.member.1`, flat only where the model says so. */
export const awsQueryDialect: FormDialect = {
  memberKey: (member) => member.traits.xmlName ?? member.name,
  isFlat: (member) => member.traits.xmlFlattened !== undefined,
}

/** EC2: capitals, and every list flat. */
export const ec2QueryDialect: FormDialect = {
  memberKey: (member) =>
    member.traits.ec2QueryName ?? capital(member.traits.xmlName ?? member.name),
  isFlat: () => true,
}

/** Reads the members of a structure; what the shape does not know is ignored, as AWS does. */
export function readForm(
  shape: StructureShape,
  node: FormNode,
  dialect: FormDialect,
): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const member of shape.members) {
    const below = node.below.get(dialect.memberKey(member))
    if (below === undefined) continue
    const value = readMember(member, below, dialect)
    if (value !== undefined) found[member.name] = value
  }
  return found
}

function readMember(member: Member, node: FormNode, dialect: FormDialect): unknown {
  const { shape } = member
  if (shape.kind === 'list')
    return readList(shape.element, listNode(member, node, dialect), dialect)
  if (shape.kind === 'map') return readMap(shape, member, node, dialect)
  return readValue(shape, node, dialect)
}

function readValue(shape: Shape, node: FormNode, dialect: FormDialect): unknown {
  switch (shape.kind) {
    case 'structure':
      return readForm(shape, node, dialect)
    case 'list':
    case 'map':
      return readMember({ name: '', shape, isRequired: false, traits: {} }, node, dialect)
    case 'number':
      return node.text === undefined ? undefined : readNumber(node.text)
    case 'boolean':
      return node.text === undefined ? undefined : readBoolean(node.text)
    case 'timestamp':
      return node.text === undefined ? undefined : readTime(node.text)
    case 'blob':
      return node.text === undefined ? undefined : Buffer.from(node.text, 'base64')
    default:
      return node.text
  }
}

/** Where the numbered elements hang: under `member` (or the model's name for it) unless the list is flat. */
function listNode(member: Member, node: FormNode, dialect: FormDialect): FormNode {
  if (dialect.isFlat(member) || member.shape.kind !== 'list') return node
  const name = member.shape.element.traits.xmlName ?? 'member'
  return node.below.get(name) ?? node.below.get('member') ?? node
}

function readList(element: Member, node: FormNode, dialect: FormDialect): readonly unknown[] {
  return numbered(node).map((one) => readValue(element.shape, one, dialect))
}

function readMap(
  shape: Extract<Shape, { kind: 'map' }>,
  member: Member,
  node: FormNode,
  dialect: FormDialect,
): Record<string, unknown> {
  const entries = dialect.isFlat(member) ? node : (node.below.get('entry') ?? node)
  return Object.fromEntries(
    numbered(entries).map((entry) => [
      entry.below.get(shape.key.traits.xmlName ?? 'key')?.text ?? '',
      readValue(
        shape.value.shape,
        entry.below.get(shape.value.traits.xmlName ?? 'value') ?? { text: '', below: new Map() },
        dialect,
      ),
    ]),
  )
}

/** Children whose names are numbers, in their order. */
function numbered(node: FormNode): readonly FormNode[] {
  return [...node.below]
    .filter(([name]) => /^\d{1,9}$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
