/** A bearer token that someone else keeps fresh in a file. Kube layer. */

import { readFile } from 'node:fs/promises'
import type { Clock } from '../../world/clock.ts'
import { RegroupError } from '../../world/failure.ts'
import { Secret } from '../secret.ts'
import { type Credentials, renewedCredentials } from './credentials.ts'

/** The kubelet renews projected tokens in place; everybody reads them again this often. */
const rereadMs = 60_000

/** Reads the file at most once a minute; while it cannot be read, the token read last serves. */
export function tokenFileCredentials(clock: Clock, path: string): Credentials {
  return renewedCredentials(clock, async () => {
    const token = await readToken(path)
    return {
      credential: { authorization: new Secret(`Bearer ${token}`) },
      refreshAtMs: clock.nowMs() + rereadMs,
    }
  })
}

async function readToken(path: string): Promise<string> {
  const context = { operation: 'kube:credentials', object: path }
  let token: string
  try {
    token = (await readFile(path, 'utf8')).trim()
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new RegroupError('unauthenticated', `the token file ${path} cannot be read: ${code}`, {
      context,
    })
  }
  if (token !== '') return token
  throw new RegroupError('unauthenticated', `the token file ${path} is empty`, { context })
}
