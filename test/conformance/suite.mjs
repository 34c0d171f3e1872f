// Checks of one suite: run in order, counted, the first lines of what went wrong printed.
import { spawn } from 'node:child_process'

/** A suite's checks; later ones run even when earlier ones failed. */
export function newSuite(name) {
  const counts = { name, passed: 0, failed: 0, deviations: 0 }
  return {
    counts,
    check: async (what, run) => {
      try {
        const value = await run()
        counts.passed += 1
        return value
      } catch (error) {
        counts.failed += 1
        console.log(`  FAILED ${name}: ${what}\n    ${shortened(String(error.message))}`)
        return undefined
      }
    },
  }
}

function shortened(text) {
  return text.length < 3000 ? text : `${text.slice(0, 1000)}\n    ...\n${text.slice(-2000)}`
}

/** Runs a program to its end; never throws for an exit code. */
export function run(command, args, { cwd, env = {}, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env } })
    const text = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr']) {
      child[name].on('data', (chunk) => {
        text[name] += chunk
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...text }))
    child.stdin.end(input ?? '')
  })
}

/** The text is there, or the check fails with what was there instead. */
export function expectText(text, part) {
  if (!text.includes(part)) throw new Error(`expected ${JSON.stringify(part)} in: ${text}`)
}

/** Equal as JSON, or the check fails. */
export function expectEqual(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`expected ${b}, got ${a}`)
}
