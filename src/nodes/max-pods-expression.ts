/** nodeadm's maxPodsExpression: the arithmetic of CEL over an instance type's addresses. Nodes layer, pure. */

/** What an expression may name. */
export interface MaxPodsVariables {
  readonly default_enis: number
  readonly ips_per_eni: number
  readonly max_pods: number
}

interface Reader {
  readonly tokens: readonly string[]
  readonly variables: MaxPodsVariables
  at: number
}

/**
 * Value of an expression of whole numbers, the three variables, `+ - * / %`, comparisons, `? :` and
 * parentheses. Undefined for anything else, for a division by zero and for a value that is no number:
 * nodeadm then keeps its default.
 */
export function evaluateMaxPods(
  expression: string,
  variables: MaxPodsVariables,
): number | undefined {
  const tokens = expression.match(/\d+|[A-Za-z_]\w*|<=|>=|==|!=|[-+*/%()<>?:]|\S/g) ?? []
  const reader: Reader = { tokens, variables, at: 0 }
  const value = conditional(reader)
  return reader.at === tokens.length && typeof value === 'number' ? value : undefined
}

type Value = number | boolean | undefined

function take(reader: Reader, ...wanted: readonly string[]): string | undefined {
  const token = reader.tokens[reader.at]
  if (token === undefined || !wanted.includes(token)) return undefined
  reader.at += 1
  return token
}

function conditional(reader: Reader): Value {
  const condition = comparison(reader)
  if (take(reader, '?') === undefined) return condition
  const yes = conditional(reader)
  if (take(reader, ':') === undefined) return undefined
  const no = conditional(reader)
  return typeof condition === 'boolean' ? (condition ? yes : no) : undefined
}

function comparison(reader: Reader): Value {
  const left = sum(reader)
  const sign = take(reader, '<', '<=', '>', '>=', '==', '!=')
  if (sign === undefined) return left
  const right = sum(reader)
  if (left === undefined || right === undefined) return undefined
  const results = {
    '<': left < right,
    '<=': left <= right,
    '>': left > right,
    '>=': left >= right,
    '==': left === right,
    '!=': left !== right,
  }
  return results[sign as keyof typeof results]
}

function sum(reader: Reader): number | undefined {
  let value = product(reader)
  for (let sign = take(reader, '+', '-'); sign !== undefined; sign = take(reader, '+', '-')) {
    const next = product(reader)
    if (value === undefined || next === undefined) return undefined
    value = sign === '+' ? value + next : value - next
  }
  return value
}

/** Division of whole numbers drops the rest, as Go's does. */
function product(reader: Reader): number | undefined {
  let value = atom(reader)
  for (
    let sign = take(reader, '*', '/', '%');
    sign !== undefined;
    sign = take(reader, '*', '/', '%')
  ) {
    const next = atom(reader)
    if (value === undefined || next === undefined || (sign !== '*' && next === 0)) return undefined
    value = sign === '*' ? value * next : sign === '/' ? Math.trunc(value / next) : value % next
  }
  return value
}

function atom(reader: Reader): number | undefined {
  if (take(reader, '-') !== undefined) {
    const value = atom(reader)
    return value === undefined ? undefined : -value
  }
  if (take(reader, '(') !== undefined) {
    const value = conditional(reader)
    if (take(reader, ')') === undefined) return undefined
    return typeof value === 'number' ? value : undefined
  }
  const token = reader.tokens[reader.at] ?? ''
  reader.at += 1
  if (/^\d+$/.test(token)) return Number.parseInt(token, 10)
  return Object.hasOwn(reader.variables, token)
    ? reader.variables[token as keyof MaxPodsVariables]
    : undefined
}
