/** Versions of EKS add-ons, e.g. `v1.19.0-eksbuild.1`. Nodes layer, pure. */

/** Below zero when `a` is older than `b`, above when it is newer: number by number, missing ones are 0. */
export function compareAddonVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function numbersOf(version: string): readonly number[] {
  return [...version.matchAll(/\d+/g)].map(([digits]) => Number(digits))
}
