/** User data as people have it at hand: plain, gzip, base64, or in an answer of AWS. Cli layer. */

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { exitCode } from './exit-code.ts'
import { Problem } from './problem.ts'
import { readUserFile } from './read-file.ts'

/** Text, and what was unpacked on the way to it. */
export interface UserDataInput {
  readonly text: string
  readonly note: string | undefined
}

/** More than user data ever is; what unpacks to more is refused. */
const bytesMax = 8 * 1024 * 1024

/** Reads a file, or standard input for `-`. @throws Problem for what is no text. */
export function readUserData(file: string): UserDataInput {
  const bytes = file === '-' ? readFileSync(0) : Buffer.from(readUserFile(file, 'user data'))
  const notes: string[] = []
  const plain = unpacked(bytes, file, notes)
  const text = textOf(plain, file)
  const found = fromAnswer(text, notes) ?? text
  const decoded = fromBase64(found, file, notes) ?? found
  return { text: decoded, note: notes.length === 0 ? undefined : notes.join('; ') }
}

function refuse(file: string, why: string): Problem {
  return new Problem(`user data ${file} ${why}`, 'Is it the right file?', {
    code: exitCode.findings,
  })
}

function unpacked(bytes: Buffer, file: string, notes: string[]): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    const plain = gunzipSync(bytes, { maxOutputLength: bytesMax })
    notes.push('it was gzip: lines are those of the unpacked text')
    return plain
  } catch {
    throw refuse(file, 'begins like gzip and is none, or unpacks to more than any user data')
  }
}

function textOf(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refuse(file, 'is not UTF-8 text')
  }
}

/** `describe-launch-template-versions` and `describe-instance-attribute`: the newest that has user data. */
function fromAnswer(text: string, notes: string[]): string | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return undefined
  }
  const value = at(at(answer, 'UserData'), 'Value')
  if (typeof value === 'string') return value
  const versions = at(answer, 'LaunchTemplateVersions')
  const known = (Array.isArray(versions) ? versions : [])
    .map((one: unknown) => ({
      number: Number(at(one, 'VersionNumber')),
      data: at(at(one, 'LaunchTemplateData'), 'UserData'),
    }))
    .filter(({ data }) => typeof data === 'string')
    .sort((a, b) => b.number - a.number)
  const [newest] = known
  if (newest === undefined) return undefined
  notes.push(`it is the user data of version ${newest.number} of the launch template`)
  return String(newest.data)
}

function at(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
}

/** A text of nothing but base64 that decodes to a text; a word such as `reboot` is none. */
function fromBase64(text: string, file: string, notes: string[]): string | undefined {
  const flat = text.replaceAll(/\s/g, '')
  const isForm = flat.length >= 16 && /^[A-Za-z\d+/]+={0,2}$/.test(flat) && flat.length % 4 === 0
  if (!isForm) return undefined
  const bytes = Buffer.from(flat, 'base64')
  const plain = unpacked(bytes, file, notes)
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true }).decode(plain)
    notes.push('it was base64: lines are those of the decoded text')
    return decoded
  } catch {
    return undefined
  }
}
