// Renews the excerpt of the demo in README.md; with --check it only says whether it is the same.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { main } from '../dist/src/cli/main.js'

const path = fileURLToPath(new URL('../README.md', import.meta.url))
let printed = ''
const code = await main(['demo'], {
  out: (text) => {
    printed += text
  },
  err: () => undefined,
  isTerminal: false,
  hasColour: false,
  columns: 100,
  wallMs: () => 0,
})
const excerpt = /^Side by side\n(?:.+\n)+/m.exec(printed)?.[0]
if (code !== 0 || excerpt === undefined) throw new Error(`the demo ended with ${code}`)
const before = readFileSync(path, 'utf8')
const after = before.replace(/^Side by side\n(?:.+\n)*?(?=```)/m, () => excerpt)
if (after === before) console.log('README.md shows what the demo prints')
else if (process.argv.includes('--check')) {
  console.log('README.md does not show what the demo prints: npm run readme')
  process.exitCode = 1
} else {
  writeFileSync(path, after)
  console.log('README.md is renewed')
}
