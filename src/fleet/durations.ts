/** Durations and shares of the file format. Fleet layer, pure. */

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds of `5s`, `15m`, `24h`, `7d`; the schema has checked the form. */
export function durationMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text)
  return Number(match?.[1] ?? 0) * (unitsMs[match?.[2] ?? ''] ?? 0)
}

/** `10%` as a fraction, numbers as a count. */
export function shareOf(value: number | string): { fraction: number } | { count: number } {
  if (typeof value === 'number') return { count: value }
  return { fraction: Number.parseInt(value, 10) / 100 }
}
