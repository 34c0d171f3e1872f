/** Scalars of the API in their canonical form: quantities, times, bytes. Twin layer, pure. */

/** A value that Go's decoder would refuse; the message is the tail of its error. */
export class ScalarError extends Error {
  override readonly name = 'ScalarError'
}

const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const decimal = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
])
const refusal =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

/** Value in nano-units, exact. @throws ScalarError when it is no quantity. */
export function quantityNanos(text: string): bigint {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*)([+-]?\d*)$/.exec(text)
  if (match === null) throw new ScalarError(refusal)
  const [, sign, whole = '', fraction = '', suffix = '', exponent = ''] = match
  if (whole === '' && fraction === '') throw new ScalarError(refusal)
  const digits = BigInt(`${whole}${fraction}` || '0')
  const scale = scaleOf(suffix, exponent)
  const power = scale.ten - fraction.length + 9
  const value = digits * scale.factor
  const nanos = power >= 0 ? value * 10n ** BigInt(power) : roundUp(value, 10n ** BigInt(-power))
  return sign === '-' ? -nanos : nanos
}

function roundUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor
}

function scaleOf(suffix: string, exponent: string): { factor: bigint; ten: number } {
  if ((suffix === 'e' || suffix === 'E') && exponent !== '') {
    const ten = Number(exponent)
    if (!Number.isInteger(ten) || Math.abs(ten) > 30) throw new ScalarError(refusal)
    return { factor: 1n, ten }
  }
  if (exponent !== '') throw new ScalarError(refusal)
  const ten = decimal.get(suffix)
  if (ten !== undefined) return { factor: 1n, ten }
  const index = binary.indexOf(suffix)
  if (index < 1) throw new ScalarError(refusal)
  return { factor: 1024n ** BigInt(index), ten: 0 }
}

/** The API server's own spelling: `1000m` is `1`, `1024Mi` is `1Gi`, `1000` is `1k`. */
export function canonicalQuantity(text: string): string {
  const nanos = quantityNanos(text)
  if (nanos === 0n) return '0'
  const unit = 1_000_000_000n
  if (/[KMGTPE]i$/.test(text) && nanos % unit === 0n) {
    let value = nanos / unit
    let step = 0
    if (value >= 1024n || value <= -1024n) {
      while (value % 1024n === 0n && step < binary.length - 1) {
        value /= 1024n
        step += 1
      }
    }
    if (step > 0) return `${value}${binary[step]}`
  }
  for (const [suffix, power] of [...decimal].reverse()) {
    const factor = 10n ** BigInt(power + 9)
    if (nanos % factor === 0n) return `${nanos / factor}${suffix}`
  }
  return text
}

/** RFC 3339 in UTC with whole seconds. @throws ScalarError. */
export function canonicalTime(text: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) {
    throw timeError(text, '2006-01-02T15:04:05Z07:00', `"${text}" as "2006"`)
  }
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new ScalarError(`parsing time "${text}": day out of range`)
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** RFC 3339 with exactly six digits of a second, as Lease and Event times need. @throws ScalarError. */
export function canonicalMicroTime(text: string): string {
  const layout = '2006-01-02T15:04:05.000000Z07:00'
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(.*)$/.exec(text)
  if (match === null) throw timeError(text, layout, `"${text}" as "2006"`)
  const [, head = '', tail = ''] = match
  const parts = /^(\.\d{6})(Z|[+-]\d\d:\d\d)$/.exec(tail)
  if (parts === null) throw timeError(text, layout, `"${tail}" as ".000000"`)
  const ms = Date.parse(`${head}${parts[2]}`)
  if (Number.isNaN(ms)) throw new ScalarError(`parsing time "${text}": day out of range`)
  return `${new Date(ms).toISOString().slice(0, 19)}${parts[1]}Z`
}

function timeError(text: string, layout: string, part: string): ScalarError {
  return new ScalarError(`parsing time "${text}" as "${layout}": cannot parse ${part}`)
}

/** Standard base64. @throws ScalarError with the place of the fault. */
export function checkBase64(text: string): string {
  const bad = /[^A-Za-z0-9+/=\n\r]/.exec(text)
  const bare = text.replace(/[\n\r]/g, '')
  if (bad !== null || bare.length % 4 !== 0) {
    const place = bad?.index ?? bare.length - (bare.length % 4)
    throw new ScalarError(`illegal base64 data at input byte ${place}`)
  }
  return bare
}
