/** Exit codes: the single table behind the program, its help and docs/exit-codes.md. Cli layer. */

import type { FailureCode } from '../world/failure.ts'

/** Codes by name. */
export const exitCode = {
  ok: 0,
  error: 1,
  findings: 3,
  authentication: 4,
  blocked: 5,
  paused: 6,
  leaseLost: 7,
  invariantBroken: 8,
  usage: 64,
  interrupted: 130,
} as const

/** The exit code of a run that a failure ended. */
export function exitCodeOf(code: FailureCode | undefined): number {
  if (code === 'lease-lost') return exitCode.leaseLost
  return code === 'unauthenticated' ? exitCode.authentication : exitCode.error
}

/** What each code means, for people. */
export const exitCodeTexts: Readonly<Record<keyof typeof exitCode, string>> = {
  ok: 'done; desired and observed are the same',
  error: 'the world said no, or a bug',
  findings: 'the input is wrong; nothing was touched',
  authentication: 'no or wrong credentials',
  blocked: 'blocked: a human must decide; everything else is done',
  paused: 'paused by a first Ctrl-C; run the same command to go on',
  leaseLost: 'another process holds the cluster',
  invariantBroken: 'the judge of the twin saw a broken safety rule',
  usage: 'wrong usage',
  interrupted: 'stopped at once by a second Ctrl-C',
}
