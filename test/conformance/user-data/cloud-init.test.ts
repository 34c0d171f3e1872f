/** cloud-init itself over every MIME document that we render: its walk of the parts, its schema. */

import { describe, expect, it } from 'vitest'
import { parseMime } from '../../../src/nodes/mime.ts'
import { mergedDocuments, multipartOf, renderedDocuments } from './documents.ts'
import { askPython } from './python.ts'

interface Read {
  readonly version: string
  readonly documents: readonly (readonly {
    readonly type: string
    readonly body: string
    readonly faults: readonly string[]
  }[])[]
}

/** cloud-init follows these to the network. */
const documents = multipartOf([
  ...renderedDocuments(150, ['AmazonLinux2', 'AmazonLinux2023', 'Ubuntu']),
  ...mergedDocuments(60),
]).filter(({ text }) => !text.includes('text/x-include-url'))
const read = askPython<Read>(
  'cloud_init_parts.py',
  documents.map(({ text }) => text),
)

describe(`cloud-init ${read.version} walks the parts that we say`, () => {
  it('of enough documents, some with files', () => {
    expect(documents.length).toBeGreaterThan(120)
    const types = new Set(read.documents.flat().map(({ type }) => type))
    expect(types).toContain('text/cloud-config')
    expect(types).toContain('application/node.eks.aws')
    expect(types).toContain('text/x-shellscript')
  })

  it.each(documents.map(({ name, text }, index) => [name, text, index] as const))(
    '%s',
    (_, text, index) => {
      const ours = (parseMime(text) ?? []).map(({ body, contentType }) => ({
        type: contentType.split(';')[0]?.trim(),
        body,
        faults: [],
      }))
      const theirs = read.documents[index] ?? []
      expect(theirs.map(({ type }) => type)).toEqual(ours.map(({ type }) => type))
      // cloud-init has no handler for the others, so it never decodes them.
      const isText = ({ type }: { type: string | undefined }): boolean =>
        type?.startsWith('text/') === true
      expect(theirs.filter(isText)).toEqual(ours.filter(isText))
    },
  )
})

it("cloud-init's schema refuses what is no cloud-config", () => {
  const wrong = '#cloud-config\nwrite_files: [{ pth: /x }]\n'
  const head = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="//"\n\n'
  const text = `${head}--//\nContent-Type: text/cloud-config\n\n${wrong}\n--//--\n`
  const answer = askPython<Read>('cloud_init_parts.py', [text])
  expect(answer.documents[0]?.[0]?.faults).not.toEqual([])
})
