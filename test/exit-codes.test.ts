import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { exitCode, exitCodeTexts } from '../src/cli/exit-code.ts'

it('documents every exit code as the program has it', () => {
  const page = readFileSync(new URL('../docs/exit-codes.md', import.meta.url), 'utf8')
  for (const [name, code] of Object.entries(exitCode)) {
    expect(page).toContain(`| ${code} | ${exitCodeTexts[name as keyof typeof exitCode]} |`)
  }
})
