/** Values of a YAML document that hold themselves. Nodes layer, pure. */

/** False when a map or a list contains itself, as `&a { b: *a }` does: no walk over it would end. */
export function isAcyclic(value: unknown, above: ReadonlySet<unknown> = new Set()): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (above.has(value)) return false
  const inside = new Set(above).add(value)
  return Object.values(value).every((one) => isAcyclic(one, inside))
}
