/** Python's email package over every MIME document that we render: the same parts in the same order. */

import { describe, expect, it } from 'vitest'
import { mimeFaults, parseMime } from '../../../src/nodes/mime.ts'
import { convertedDocuments, mergedDocuments, multipartOf, renderedDocuments } from './documents.ts'
import { askPython } from './python.ts'

interface Read {
  readonly isMultipart: boolean
  readonly parts: readonly { readonly type: string; readonly body: string }[]
  readonly defects: readonly string[]
}

const documents = multipartOf([
  ...renderedDocuments(60),
  ...mergedDocuments(60),
  ...convertedDocuments(),
])
const read = askPython<readonly Read[]>(
  'mime_parts.py',
  documents.map(({ text }) => text),
)

describe('email reads the parts that we say', () => {
  it('of enough documents', () => {
    expect(documents.length).toBeGreaterThan(250)
    expect(read).toHaveLength(documents.length)
  })

  it.each(documents.map(({ name, text }, index) => [name, text, index] as const))(
    '%s',
    (_, text, index) => {
      const ours = (parseMime(text) ?? []).map(({ body, contentType }) => ({
        type: contentType.split(';')[0]?.trim().toLowerCase(),
        body,
      }))
      expect(read[index]?.parts).toEqual(ours)
      expect(read[index]?.defects).toEqual([])
    },
  )
})

const part = 'Content-Type: text/x-shellscript\n\n#!/bin/bash\ntrue\n'
const head = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n'

describe('email and we see the fault of', () => {
  it.each([
    ['no closing boundary', `${head}\n--//\n${part}`],
    [
      'no blank line after the headers of a part',
      `${head}\n--//\nContent-Type: text/x\n#!/b c\n--//--\n`,
    ],
  ])('%s', (_, text) => {
    const [answer] = askPython<readonly Read[]>('mime_parts.py', [text])
    expect(answer?.defects).not.toEqual([])
    expect(mimeFaults(text)).not.toEqual([])
  })

  it('a blank line that is missing after the top headers: email mends it, nodeadm does not (deviates)', () => {
    const text = `${head}--//\n${part}--//--\n`
    expect(mimeFaults(text).some(({ isFatal }) => isFatal)).toBe(true)
    expect(askPython<readonly Read[]>('mime_parts.py', [text])[0]?.isMultipart).toBe(true)
  })
})
