/** XML answers of both query protocols, typed by shapes. Twin layer, pure. */

import type { Member, Shape, StructureShape } from '../schema/shape.ts'
import { timeTextIn } from './scalar.ts'

/** The members of a structure as elements, without one around them. */
export function writeXmlMembers(shape: StructureShape, value: unknown): string {
  const source = (value ?? {}) as Record<string, unknown>
  let text = ''
  for (const member of shape.members) {
    const one = source[member.name]
    if (one !== undefined && one !== null) text += writeMember(member, one)
  }
  return text
}

/** Text that is safe between tags; characters that XML cannot carry become U+FFFD. */
export function xmlEscape(text: string): string {
  if (!/[^ !#-%(-;=?-\ud7ff\ue000-\ufffd]/.test(text)) return text
  let safe = ''
  for (const letter of text) safe += escapeLetter(letter)
  return safe
}

function escapeLetter(letter: string): string {
  const named = names[letter]
  if (named !== undefined) return named
  const code = letter.codePointAt(0) ?? 0
  const isForbidden =
    (code < 32 && code !== 9 && code !== 10 && code !== 13) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0xfffe ||
    code === 0xffff
  if (isForbidden) return '\ufffd'
  // Parsers turn a bare carriage return into a line feed.
  return code === 13 ? '&#xD;' : letter
}

const names: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function writeMember(member: Member, value: unknown): string {
  const name = member.traits.xmlName ?? member.name
  const { shape } = member
  const isFlat = member.traits.xmlFlattened !== undefined
  if (shape.kind === 'list') {
    const elementName = isFlat ? name : (shape.element.traits.xmlName ?? 'member')
    const items = (value as readonly unknown[])
      .map((one) => element(elementName, writeValue(shape.element.shape, one)))
      .join('')
    return isFlat ? items : element(name, items)
  }
  if (shape.kind === 'map') {
    const entryName = isFlat ? name : 'entry'
    const entries = Object.entries(value as object)
      .filter(([, one]) => one !== undefined && one !== null)
      .map(([key, one]) => {
        const keyText = element(shape.key.traits.xmlName ?? 'key', xmlEscape(key))
        const valueName = shape.value.traits.xmlName ?? 'value'
        return element(entryName, keyText + element(valueName, writeValue(shape.value.shape, one)))
      })
      .join('')
    return isFlat ? entries : element(name, entries)
  }
  return element(name, writeValue(shape, value))
}

function writeValue(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case 'structure':
      return writeXmlMembers(shape, value)
    case 'list':
    case 'map':
      return writeMember({ name: 'member', shape, isRequired: false, traits: {} }, value)
    case 'timestamp':
      return timeTextIn(shape.format ?? 'date-time', value as Date)
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('base64')
    default:
      return xmlEscape(String(value))
  }
}

function element(name: string, content: string): string {
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`
}
