/** Placeholders of template engines in a text: Terraform, CloudFormation, Jinja. Nodes layer, pure. */

import type { Marks } from './marks.ts'

/** `${...}` that no shell could mean, by its content. */
const shellExpansion =
  /^(?:[A-Za-z_]\w*|[0-9@*#?$!-])(?:\[[^\]]*\])?(?:(?::?[-=+?]|[#%/^,@]|:(?!:)).*)?$/
const shellLength = /^[#!]\w+(?:\[[@*\w]+\])?$/
const directive = /%\{~?\s*(?:if|else|endif|for|endfor)\b[^}\n]*\}|\{%[^\n]*?%\}/y
const jinja = /\{\{[^\n]*?\}\}/y
/** Letters that stand for marks themselves: in a text they are something that is kept as it is. */
const ownLetter = /[\ue000-\uf8ff]/

/** The text with a mark in place of each. A name alone in braces stays: a shell could mean it too. */
export function markPlaceholders(text: string, marks: Marks): string {
  let result = ''
  let from = 0
  for (const { index } of text.matchAll(/\$\{|%\{|\{[{%]|[\ue000-\uf8ff]/g)) {
    if (index < from) continue
    const found = placeholderAt(text, index)
    if (found === undefined) continue
    result += text.slice(from, index) + marks.add(found)
    from = index + found.source.length
  }
  return result + text.slice(from)
}

function placeholderAt(text: string, at: number) {
  if (ownLetter.test(text[at] ?? '')) {
    return { kind: 'template' as const, source: text[at] ?? '' }
  }
  if (text.startsWith('${', at)) {
    // Two dollars: Terraform leaves the second one and the braces to the shell.
    if (text[at - 1] === '$' || text[at - 1] === '\\') return undefined
    const source = bracedSource(text, at)
    const inner = source?.slice(2, -1) ?? ''
    if (source === undefined || shellExpansion.test(inner) || shellLength.test(inner)) {
      return undefined
    }
    return { kind: 'template' as const, source }
  }
  if (text[at - 1] === '%') return undefined
  directive.lastIndex = at
  const told = directive.exec(text)?.[0]
  if (told !== undefined) return { kind: 'directive' as const, source: told }
  jinja.lastIndex = at
  const filled = jinja.exec(text)?.[0]
  return filled === undefined ? undefined : { kind: 'template' as const, source: filled }
}

/** A name like CloudFormation's and Terraform's, or an expression, on one line. */
function bracedSource(text: string, at: number): string | undefined {
  let depth = 0
  let isInText = false
  for (let end = at + 1; end < text.length && text[end] !== '\n'; end += 1) {
    const char = text[end]
    if (char === '"') isInText = !isInText
    if (isInText) continue
    if (char === '{') depth += 1
    if (char !== '}') continue
    depth -= 1
    if (depth > 0) continue
    const source = text.slice(at, end + 1)
    const isExpression = /^\$\{~?\s*[A-Za-z_][\w.:[\]*"' ]*(?:[(?.\s~]|::|\}$)/.test(source)
    return isExpression ? source : undefined
  }
  return undefined
}
