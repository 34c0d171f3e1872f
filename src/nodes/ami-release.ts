/** Order of AMI releases: Amazon Linux by date, Bottlerocket by version. Nodes layer, pure. */

/**
 * True when `release` is older than `since`, both of one family: `1.35.6-20260714` or `v20260714`, and
 * `1.46.0-431fe75a` or `1.46.0`. False when either is not of a known form: nothing is claimed then.
 */
export function isReleaseBefore(release: string, since: string): boolean {
  const dates = [release, since].map((text) => /(?:^v|-v?)(\d{8})$/.exec(text)?.[1])
  if (dates[0] !== undefined && dates[1] !== undefined) return dates[0] < dates[1]
  const versions = [release, since].map((text) =>
    /^v?(\d+)\.(\d+)\.(\d+)(?:-[\da-f]{8})?$/.exec(text),
  )
  const [one, other] = versions
  if (!one || !other || dates.some((date) => date !== undefined)) return false
  for (const place of [1, 2, 3]) {
    const difference = Number(one[place]) - Number(other[place])
    if (difference !== 0) return difference < 0
  }
  return false
}
