/** Compares an answer with a recorded one: placeholders stand for ids, versions and times. */

/** What the placeholders of one case stand for. */
export interface Bindings {
  readonly uids: Map<string, string>
  readonly versions: Map<number, number>
}

/** Members whose values are the server's choice. */
const freeMembers = new Set([
  'clusterIP',
  'clusterIPs',
  'nodePort',
  'healthCheckNodePort',
  'description',
  'storageVersionHash',
  'ca.crt',
  'buildDate',
  'gitCommit',
])
const random = /^(kube-api-access-|dry-|gen-)[a-z0-9]{5}$/
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z$/

/** Differences, as `path: expected ... got ...`; empty when they agree. */
export function differences(
  expected: unknown,
  actual: unknown,
  bindings: Bindings,
  path = '',
): string[] {
  if (typeof expected === 'string') return textDifferences(expected, actual, bindings, path)
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [differs(path, expected, actual)]
    if (actual.length !== expected.length) {
      return [
        `${path}: ${expected.length} elements expected, got ${JSON.stringify(actual).slice(0, 300)}`,
      ]
    }
    return expected.flatMap((one, index) =>
      differences(one, actual[index], bindings, `${path}[${index}]`),
    )
  }
  if (typeof expected === 'object' && expected !== null) {
    return objectDifferences(expected as Record<string, unknown>, actual, bindings, path)
  }
  return Object.is(expected, actual) ? [] : [differs(path, expected, actual)]
}

function differs(path: string, expected: unknown, actual: unknown): string {
  const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 260)
  return `${path}: expected ${show(expected)} got ${show(actual)}`
}

function objectDifferences(
  expected: Record<string, unknown>,
  actual: unknown,
  bindings: Bindings,
  path: string,
): string[] {
  if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) {
    return [differs(path, expected, actual)]
  }
  const own = actual as Record<string, unknown>
  const names = new Set([...Object.keys(expected), ...Object.keys(own)])
  return [...names].flatMap((name) => {
    if (freeMembers.has(name)) return []
    if (name === 'incomplete') return []
    const inner = `${path}.${name}`
    if (!(name in own))
      return [`${inner}: missing, expected ${JSON.stringify(expected[name]).slice(0, 200)}`]
    if (!(name in expected))
      return [`${inner}: not expected, got ${JSON.stringify(own[name]).slice(0, 200)}`]
    return differences(expected[name], own[name], bindings, inner)
  })
}

function textDifferences(
  expected: string,
  actual: unknown,
  bindings: Bindings,
  path: string,
): string[] {
  if (typeof actual !== 'string') return [differs(path, expected, actual)]
  if (expected === actual) return []
  const uid = /^<uid:(\d+)>$/.exec(expected)?.[1]
  if (uid !== undefined) {
    const known = bindings.uids.get(uid)
    if (known === undefined) bindings.uids.set(uid, actual)
    return known === undefined || known === actual ? [] : [differs(path, known, actual)]
  }
  const version = /^<rv:(\d+)>$/.exec(expected)?.[1]
  if (version !== undefined) {
    bindings.versions.set(Number(version), Number(actual))
    return /^\d+$/.test(actual) ? [] : [differs(path, expected, actual)]
  }
  if (expected === '<time>') return time.test(actual) ? [] : [differs(path, expected, actual)]
  if (expected === '<jwt>' || /^<continue:\d+>$/.test(expected)) return []
  const prefix = random.exec(expected)?.[1]
  if (prefix !== undefined && random.exec(actual)?.[1] === prefix) return []
  if (/^a{58}[a-z0-9]{5}$/.test(expected) && /^a{58}[a-z0-9]{5}$/.test(actual)) return []
  return patternOf(expected).test(actual) ? [] : [differs(path, expected, actual)]
}

/** A text with placeholders in it. */
function patternOf(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pattern = escaped
    .replace(/<uid:\d+>/g, '[0-9a-f-]{36}')
    .replace(/<rv(?::\d+)?>/g, '\\d+')
    .replace(/<time>/g, '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[.0-9Z]*')
    .replace('<time>07:00', '.*07:00')
  return new RegExp(
    `^${pattern.replace('\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[.0-9Z]*07:00', '.*07:00')}$`,
    's',
  )
}
