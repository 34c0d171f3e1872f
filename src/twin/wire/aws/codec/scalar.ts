/** Single values as texts and back. Twin layer, pure. */

import type { TimeFormat } from '../schema/shape.ts'
import { SerializationProblem } from './serialization-problem.ts'

/** A time in the wanted format; epoch seconds keep milliseconds as a fraction. */
export function timeTextIn(format: TimeFormat, at: Date): string {
  if (format === 'epoch-seconds') return String(at.getTime() / 1000)
  return format === 'http-date' ? at.toUTCString() : at.toISOString()
}

/** Reads ISO 8601, HTTP dates and epoch seconds. @throws SerializationProblem */
export function readTime(text: string): Date {
  const isNumber = /^-?\d+(?:\.\d+)?$/.test(text)
  const at = new Date(isNumber ? Number(text) * 1000 : text)
  if (Number.isNaN(at.getTime())) throw new SerializationProblem(`'${text}' is not a timestamp`)
  return at
}

/** @throws SerializationProblem */
export function readNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new SerializationProblem(`'${text}' can not be converted to a number`)
  }
  return value
}

/** @throws SerializationProblem */
export function readBoolean(text: string): boolean {
  const lower = text.toLowerCase()
  if (lower !== 'true' && lower !== 'false') {
    throw new SerializationProblem(`'${text}' can not be converted to a Boolean`)
  }
  return lower === 'true'
}
