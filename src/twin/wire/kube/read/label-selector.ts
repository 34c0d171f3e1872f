/** Label selectors in a query, with the refusals of the API server. Twin layer, pure. */

import type { SelectorRequirement, StringMap } from '../../../../world/kube-objects.ts'
import { meets } from '../../../kube/selectors.ts'
import { badRequest } from '../http/status.ts'
import { labelKeyFault, labelValueFault } from '../validate/names.ts'

/** Parses `a=b,c!=d,e in (f,g),!h,i>5`; '' selects everything. @throws StatusError 400. */
export function parseLabels(text: string): readonly SelectorRequirement[] {
  const parser = new Parser(tokenize(text))
  return parser.all()
}

/** True when the labels meet all requirements. */
export function labelsMeet(rules: readonly SelectorRequirement[], labels: StringMap): boolean {
  return rules.every((rule) => meets(rule, labels))
}

const symbols = ['!=', '==', '=', '!', '(', ')', ',', '>', '<']

function tokenize(text: string): string[] {
  const tokens: string[] = []
  let rest = text.trimStart()
  while (rest !== '') {
    const symbol = symbols.find((one) => rest.startsWith(one))
    const token = symbol ?? /^[^\s=!(),<>]+/.exec(rest)?.[0] ?? rest.slice(0, 1)
    tokens.push(token)
    rest = rest.slice(token.length).trimStart()
  }
  return tokens
}

class Parser {
  private readonly tokens: readonly string[]
  private position = 0

  constructor(tokens: readonly string[]) {
    this.tokens = tokens
  }

  all(): SelectorRequirement[] {
    const rules: SelectorRequirement[] = []
    while (this.position < this.tokens.length) {
      rules.push(this.requirement())
      const next = this.next()
      if (next === '') break
      if (next !== ',') throw badRequest(`found '${next}', expected: ',' or 'end of string'`)
      if (this.peek() === '') throw badRequest("found '', expected: identifier after ','")
    }
    return rules
  }

  private peek(): string {
    return this.tokens[this.position] ?? ''
  }

  private next(): string {
    const token = this.peek()
    this.position += 1
    return token
  }

  private requirement(): SelectorRequirement {
    if (this.peek() === '!') {
      this.next()
      return { key: this.key(), operator: 'DoesNotExist' }
    }
    const key = this.key()
    switch (this.peek()) {
      case '':
      case ',':
        return { key, operator: 'Exists' }
      case 'in':
      case 'notin':
        return { key, operator: this.next() === 'in' ? 'In' : 'NotIn', values: this.set() }
      case '=':
      case '==':
      case '!=':
        return { key, operator: this.next() === '!=' ? 'NotIn' : 'In', values: [this.exact()] }
      case '>':
      case '<':
        return this.comparison(key)
      default: {
        const found = this.peek()
        const wanted = 'in, notin, =, ==, !=, gt, lt'
        throw unparsable(`found '${found}', expected: ${wanted}`)
      }
    }
  }

  private key(): string {
    const key = this.next()
    if (symbols.includes(key) || key === '') {
      throw unparsable(`found '${key}', expected: identifier`)
    }
    const fault = labelKeyFault(key)
    if (fault !== undefined) throw unparsable(`<nil>: Invalid value: "${key}": ${fault}`)
    return key
  }

  private exact(): string {
    const token = this.peek()
    if (token === '' || token === ',') return ''
    this.next()
    return checkedValue(token, 0)
  }

  private comparison(key: string): SelectorRequirement {
    const operator = this.next() === '>' ? 'Gt' : 'Lt'
    const value = this.next()
    if (!/^-?\d+$/.test(value)) {
      const why = "for 'Gt', 'Lt' operators, the value must be an integer"
      throw unparsable(`values[0]: Invalid value: "${value}": ${why}`)
    }
    return { key, operator, values: [value] }
  }

  private set(): string[] {
    const open = this.next()
    if (open !== '(') throw unparsable(`found '${open}' expected: '('`)
    const values: string[] = []
    if (this.peek() === ')') {
      this.next()
      return ['']
    }
    for (;;) {
      const token = this.next()
      if (token === '') throw unparsable(`found '', expected: ',', ')' or identifier`)
      values.push(token === ',' ? '' : checkedValue(token, values.length))
      if (token === ',') continue
      const after = this.next()
      if (after === ')') return values
      if (after !== ',') throw unparsable(`found '${after}', expected: ',' or ')'`)
    }
  }
}

function checkedValue(value: string, index: number): string {
  const fault = labelValueFault(value)
  if (fault === undefined) return value
  throw unparsable(`values[${index}]: Invalid value: "${value}": ${fault}`)
}

function unparsable(why: string): Error {
  return badRequest(`unable to parse requirement: ${why}`)
}
