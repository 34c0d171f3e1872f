/** Texts that are no user data of Amazon Linux 2, and what they are instead. Nodes layer, pure. */

import { parseMime } from '../mime.ts'
import { parseUserData } from '../user-data.ts'

/** Why a text cannot be converted at all. */
export interface InputFault {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** Codes that say the input is not what the command is for, rather than that a human must decide. */
export const inputCodes: ReadonlySet<string> = new Set([
  'convert/already',
  'convert/empty',
  'convert/not-text',
  'convert/too-large',
])

/** More than any user data: EC2 takes 16 KB, a template of it is little larger. */
const charactersMax = 262_144

const already: Readonly<Record<string, string>> = {
  al2023: 'a NodeConfig of Amazon Linux 2023',
  bottlerocket: 'settings of Bottlerocket',
  windows: 'a script of Windows',
}

/** Undefined when the text can be read. */
export function inputFault(text: string): InputFault | undefined {
  if (text.trim() === '') {
    const message = 'there is no user data: EKS starts such nodes by itself'
    return { code: 'convert/empty', message, remedy: 'Make the node group without user data.' }
  }
  if (text.length > charactersMax) {
    const message = `${text.length} characters are more than any user data`
    return {
      code: 'convert/too-large',
      message,
      remedy: 'Is it the right file? EC2 takes 16,384 bytes.',
    }
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell binary files from texts.
  if (/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text)) {
    const message = 'it holds control characters, so it is no text'
    return { code: 'convert/not-text', message, remedy: 'Is it the right file?' }
  }
  const kind = kindOf(text)
  if (kind === undefined) return undefined
  const message = `it is ${already[kind]} already`
  return { code: 'convert/already', message, remedy: 'Nothing is to be converted.' }
}

function kindOf(text: string): string | undefined {
  const parts = parseMime(text)
  const hasScript = parts?.some(
    ({ contentType }) => !contentType.startsWith('application/node.eks'),
  )
  if (hasScript === true || /^\s*#(?:!|cloud-config)/.test(text)) return undefined
  if (/^\s*<powershell>/.test(text)) return 'windows'
  if (/bootstrap\.sh/.test(text)) return undefined
  if (/^kind:\s*["']?NodeConfig\b/m.test(text)) return 'al2023'
  const kind = parseUserData(text)?.kind
  return kind === undefined || !Object.hasOwn(already, kind) ? undefined : kind
}
