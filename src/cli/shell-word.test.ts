import { expect, it } from 'vitest'
import { commandLine } from './shell-word.ts'

it.each([
  [['rehearse', 'migrate', '-f', 'a/fleet.yaml'], 'regroup rehearse migrate -f a/fleet.yaml'],
  [['--seed', "it's $HOME"], `regroup --seed 'it'\\''s $HOME'`],
  [['--seed', ''], "regroup --seed ''"],
])('%j is typed as %s', (args, typed) => {
  expect(commandLine(args)).toBe(typed)
})
