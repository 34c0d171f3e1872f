/** How deeply a YAML text may nest, told without parsing: the parser recurses. World layer, pure. */

/** Levels beyond which nobody nests on purpose; the parser copes with several times as many. */
export const yamlDepthMax = 300

/** Whether a text may nest beyond the limit; brackets within strings count too. */
export function isTooDeep(text: string): boolean {
  let flow = 0
  const indents: number[] = []
  for (const line of text.split('\n')) {
    const start = line.search(/[^ ]/)
    if (start < 0) continue
    while ((indents.at(-1) ?? -1) >= start) indents.pop()
    indents.push(start)
    const compact = /^(?:[-?:][ \t]+)*/.exec(line.slice(start))?.[0] ?? ''
    flow = flowDepth(line, flow)
    const depth = indents.length + compact.split(/[ \t]+/).length + flow
    if (depth > yamlDepthMax) return true
  }
  return false
}

/** Depth of brackets at its deepest within the line, or after it if that is deeper. */
function flowDepth(line: string, before: number): number {
  let depth = before
  for (const one of line) {
    if (one === '[' || one === '{') depth += 1
    else if ((one === ']' || one === '}') && depth > 0) depth -= 1
    if (depth > yamlDepthMax) return depth
  }
  return depth
}
