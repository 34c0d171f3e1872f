/** Durations and numbers for people. Cli layer, pure. */

const two = (value: number): string => String(value).padStart(2, '0')

/** `42s`, `3m 20s`, `1h 05m`, `1d 02h`. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole}s`
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h ${two(Math.floor(whole / 60) % 60)}m`
  return `${Math.floor(whole / 86_400)}d ${two(Math.floor(whole / 3600) % 24)}h`
}

/** Time since the start of a run to the second: `0:53:27`, `1d 01:07:43`. */
export function clockText(seconds: number): string {
  const whole = Math.floor(seconds)
  const days = Math.floor(whole / 86_400)
  const hours = Math.floor(whole / 3600) % 24
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  return days === 0 ? `${hours}:${rest}` : `${days}d ${two(hours)}:${rest}`
}

/** `1,234,567`, whatever the locale of the machine. */
export function groupedText(value: number): string {
  const [whole = '', fraction] = String(value).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
