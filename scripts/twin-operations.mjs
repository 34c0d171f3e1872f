// Writes the table of operations in docs/twin.md. Run it after adding an operation to the twin.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { withOperationTable } from '../dist/src/twin/wire/aws/operation-list.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const path = `${root}docs/twin.md`
// What real clients called, recorded by the conformance suites; none of it, none in the table.
const judged = `${root}test/conformance/judged-operations.json`
const judgedBy = existsSync(judged) ? JSON.parse(readFileSync(judged, 'utf8')) : {}
writeFileSync(path, await withOperationTable(readFileSync(path, 'utf8'), judgedBy))
