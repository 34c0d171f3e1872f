/** Sets of field paths, as managedFields keep them. Twin layer, pure. */

import { isJsonObject, type JsonObject, setOwn } from '../schema/own.ts'

/** Paths; the steps of one are joined by a character that no step has. */
export type PathSet = ReadonlySet<string>

const joint = '\u0000'

/** The path one step further down. */
export function child(path: string, step: string): string {
  return path === '' ? step : `${path}${joint}${step}`
}

/** The steps of a path. */
export function stepsOf(path: string): string[] {
  return path.split(joint)
}

/** True when the set has the path or anything below it. */
export function hasBelow(set: PathSet, path: string): boolean {
  if (set.has(path)) return true
  const head = `${path}${joint}`
  for (const one of set) if (one.startsWith(head)) return true
  return false
}

/** Paths of a fieldsV1 tree. */
export function pathsOf(tree: unknown, path = '', found = new Set<string>()): Set<string> {
  if (!isJsonObject(tree)) return found
  const names = Object.keys(tree)
  if (path !== '' && (names.length === 0 || names.includes('.'))) found.add(path)
  for (const name of names) if (name !== '.') pathsOf(tree[name], child(path, name), found)
  return found
}

interface TreeNode {
  isMember: boolean
  readonly children: Map<string, TreeNode>
}

/** The fieldsV1 tree of a set. */
export function treeOf(set: PathSet): JsonObject {
  const root: TreeNode = { isMember: false, children: new Map() }
  for (const path of set) {
    let node = root
    for (const step of stepsOf(path)) {
      let next = node.children.get(step)
      if (next === undefined) {
        next = { isMember: false, children: new Map() }
        node.children.set(step, next)
      }
      node = next
    }
    node.isMember = true
  }
  return written(root)
}

function written({ children, isMember }: TreeNode): JsonObject {
  const result: Record<string, unknown> = {}
  if (isMember && children.size > 0) result['.'] = {}
  for (const [step, node] of [...children].sort(([one], [other]) => (one < other ? -1 : 1))) {
    setOwn(result, step, written(node))
  }
  return result
}

/** `.spec.template.spec.containers[name="c"].image`. */
export function pathText(path: string): string {
  return stepsOf(path)
    .map((step) => {
      const rest = step.slice(2)
      if (step.startsWith('f:')) return `.${rest}`
      if (step.startsWith('v:')) return `[=${rest}]`
      return `[${keyText(JSON.parse(rest) as JsonObject)}]`
    })
    .join('')
}

/** `name="c"`. */
export function keyText(key: JsonObject): string {
  return Object.entries(key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')
}
