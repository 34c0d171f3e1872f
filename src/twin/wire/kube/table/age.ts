/** How long ago something was, as kubectl prints it. Twin layer, pure. */

const secondsOf = { minute: 60, hour: 3600, day: 86_400, year: 31_536_000 }

/** `5s`, `2m5s`, `3h1m`, `2d2h`, `2y1d`, ...; seconds below -2 are `<invalid>`. */
export function shortDuration(seconds: number): string {
  if (seconds < -2) return '<invalid>'
  if (seconds <= 0) return '0s'
  const { day, hour, minute, year } = secondsOf
  if (seconds < 2 * minute) return `${Math.floor(seconds)}s`
  if (seconds < 10 * minute) return pair(seconds, [minute, 'm'], [1, 's'])
  if (seconds < 3 * hour) return `${Math.floor(seconds / minute)}m`
  if (seconds < 8 * hour) return pair(seconds, [hour, 'h'], [minute, 'm'])
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)}h`
  if (seconds < 8 * day) return pair(seconds, [day, 'd'], [hour, 'h'])
  if (seconds < 2 * year) return `${Math.floor(seconds / day)}d`
  if (seconds < 8 * year) return pair(seconds, [year, 'y'], [day, 'd'])
  return `${Math.floor(seconds / year)}y`
}

function pair(
  seconds: number,
  [large, largeName]: readonly [number, string],
  [small, smallName]: readonly [number, string],
): string {
  const whole = Math.floor(seconds / large)
  const rest = Math.floor((seconds - whole * large) / small)
  return rest === 0 ? `${whole}${largeName}` : `${whole}${largeName}${rest}${smallName}`
}

/** Time since a text; `<unknown>` where there is none. */
export function ageOf(time: unknown, nowMs: number): string {
  if (typeof time !== 'string' || time === '') return '<unknown>'
  return shortDuration(Math.floor((nowMs - Date.parse(time)) / 1000))
}
