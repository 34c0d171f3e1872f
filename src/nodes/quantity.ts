/** Kubernetes quantities as integers. Nodes layer, pure. */

const binary: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}
const decimal: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
}
const form = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:([eE][+-]?\d+)|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?))$/

/** Values of texts: the same few stand in every pod and node. */
const values = new Map<string, number>()
/** Beyond it the memory starts anew. */
const valuesMax = 10_000

function parseQuantity(text: string): number {
  const known = values.get(text)
  if (known !== undefined) return known
  const value = readQuantity(text)
  if (values.size >= valuesMax) values.clear()
  values.set(text, value)
  return value
}

/** Value of a quantity such as `500m`, `1Gi`, `2e3`; NaN when it is not one. */
function readQuantity(text: string): number {
  const match = form.exec(text)
  if (match?.[1] === undefined) return Number.NaN
  const exponent = match[2]
  if (exponent !== undefined) return Number(match[1] + exponent)
  const suffix = match[3] ?? ''
  return Number(match[1]) * (binary[suffix] ?? decimal[suffix] ?? 1)
}

/** Millicores, rounded up as Kubernetes does; NaN when it is not a quantity. */
export function parseCpuMilli(text: string): number {
  return Math.ceil(parseQuantity(text) * 1000 - 1e-9)
}

/** Bytes (or plain units of an extended resource), rounded up; NaN when it is not a quantity. */
export function parseBytes(text: string): number {
  return Math.ceil(parseQuantity(text) - 1e-9)
}
