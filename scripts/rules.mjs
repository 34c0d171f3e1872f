// Writes docs/rules.md; with --check it only says whether it is the same.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rulesPage } from '../dist/src/check/rules-page.js'

const path = fileURLToPath(new URL('../docs/rules.md', import.meta.url))
const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
const after = rulesPage()
if (after === before) console.log('docs/rules.md is what the catalogue says')
else if (process.argv.includes('--check')) {
  console.log('docs/rules.md is not what the catalogue says: npm run rules')
  process.exitCode = 1
} else {
  writeFileSync(path, after)
  console.log('docs/rules.md is renewed')
}
