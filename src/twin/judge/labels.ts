/** Label comparison of the judge. Twin layer, pure. */

/** True when every pair of `wanted` stands in `labels`. */
export function includesLabels(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value)
}
