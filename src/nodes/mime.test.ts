import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type MimePart, mimeFaults, parseMime, renderMime } from './mime.ts'

const line = fc.oneof(
  fc.string(),
  fc.constantFrom('', '--', '--//', '--//--', '--regroup-1', '--regroup-1--', 'Content-Type: x'),
)
const body = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n').replaceAll('\r', ''))
const part = fc.record({
  contentType: fc.constantFrom(
    'text/x-shellscript; charset="us-ascii"',
    'application/node.eks.aws',
  ),
  body,
})

it('parses what it rendered, whatever stands in the bodies', () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts: MimePart[]) => {
      const text = renderMime(parts)
      expect(parseMime(text)).toEqual(parts)
      expect(mimeFaults(text)).toEqual([])
    }),
    { numRuns: 500, seed: 1 },
  )
})

it('writes LF only, one blank line after each header block, and closes', () => {
  const text = renderMime([{ contentType: 'text/x-shellscript', body: '#!/bin/bash\r\necho x' }])
  expect(text).toBe(
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n' +
      '--//\nContent-Type: text/x-shellscript\n\n#!/bin/bash\necho x\n--//--\n',
  )
})

const written = (...lines: string[]): string => lines.join('\n')

it.each([
  [
    'CRLF',
    'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: a/b\r\n\r\nc\r\n--x--\r\n',
  ],
  [
    'a folded header',
    written(
      'Content-Type: multipart/mixed;',
      '  boundary=x',
      '',
      '--x',
      'Content-Type: a/b',
      '',
      'c',
      '--x--',
    ),
  ],
  [
    'a header twice',
    written(
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: a/b',
      'Content-Type: charset="us-ascii"',
      '',
      'c',
      '--x--',
    ),
  ],
  [
    'text after the end',
    written(
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: a/b',
      '',
      'c',
      '--x--',
      'epilogue',
    ),
  ],
])('reads documents with %s', (_, text) => {
  expect(parseMime(text)).toEqual([{ contentType: 'a/b', body: 'c' }])
  expect(mimeFaults(text)).toEqual([])
})

it.each([
  [
    'no closing boundary',
    ['Content-Type: multipart/mixed; boundary=x', '', '--x', 'Content-Type: a/b', '', 'c'],
    6,
  ],
  [
    'no blank line after the top',
    ['Content-Type: multipart/mixed; boundary=x', '--x', 'Content-Type: a/b', '', 'c', '--x--'],
    2,
  ],
  [
    'no blank line in a part',
    [
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: a/b',
      '#!/bin/bash',
      '--x--',
    ],
    5,
  ],
  [
    'a part without a type',
    ['Content-Type: multipart/mixed; boundary=x', '', '--x', 'X: y', '', 'c', '--x--'],
    4,
  ],
])('names the line of %s', (_, lines, at) => {
  expect(mimeFaults(lines.join('\n')).map((fault) => fault.line)).toEqual([at])
})

it('leaves other texts alone', () => {
  for (const text of ['', '#!/bin/bash\n', 'Content-Type: text/plain\n\nx', '[settings]\n']) {
    expect(parseMime(text)).toBeUndefined()
  }
})
