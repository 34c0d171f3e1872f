// A whole real control plane, KWOK's nodes, AWS from the twin: drains and migrations, compared with the twin's own.
import { existsSync, readFileSync } from 'node:fs'
import { missingPrograms, programNames } from '../../scripts/judges.mjs'
import { runVitest } from './vitest.mjs'

/** A test that fails is run again by itself: the whole suite takes minutes. */
export const repeatsItself = true

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const names = missingPrograms(programNames)
  if (names.length === 0) return undefined
  return `${names.join(', ')} not found; npm run judges:install obtains them`
}

/** Prints what was measured, a line per world. */
export async function runSuite({ folder }) {
  const figures = `${folder}/migrations.txt`
  process.env.MIGRATION_FIGURES = figures
  const counts = await runVitest({
    folder,
    name: 'migrations',
    path: 'test/conformance/migrations',
  })
  if (existsSync(figures))
    console.log(
      readFileSync(figures, 'utf8')
        .replaceAll(/^(?=.)/gm, '  ')
        .trimEnd(),
    )
  return counts
}
