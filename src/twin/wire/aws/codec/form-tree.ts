/** Form bodies as trees: `A.member.1.B=c` hangs `c` under A, member, 1, B. Twin layer, pure. */

import { SerializationProblem } from './serialization-problem.ts'

/** A place in a form: its own text, and what lies below it by name. */
export interface FormNode {
  text: string | undefined
  readonly below: Map<string, FormNode>
}

const parametersMax = 20_000
const depthMax = 32

/** The tree of a form; `Action` and `Version` are at its top like all else. @throws SerializationProblem */
export function formTree(body: string): FormNode {
  const top = emptyNode()
  if (body === '') return top
  const parts = body.split('&')
  if (parts.length > parametersMax)
    throw new SerializationProblem('The request has too many parameters.')
  for (const part of parts) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const key = decode(equals === -1 ? part : part.slice(0, equals))
    hang(top, key, equals === -1 ? '' : decode(part.slice(equals + 1)))
  }
  return top
}

function hang(top: FormNode, key: string, text: string): void {
  const path = key.split('.')
  if (path.length > depthMax) throw new SerializationProblem('The request is nested too deeply.')
  let node = top
  for (const name of path) {
    let next = node.below.get(name)
    if (next === undefined) {
      next = emptyNode()
      node.below.set(name, next)
    }
    node = next
  }
  node.text = text
}

function emptyNode(): FormNode {
  return { text: undefined, below: new Map() }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new SerializationProblem('The request is not correctly URL-encoded.')
  }
}
