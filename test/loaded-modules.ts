/** Which modules the built program loads for a command: told by a loader, not by the clock. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './sources.ts'

const source =
  'export async function load(url, context, next) { process._rawDebug("loads " + url); return next(url, context) }'
const hook = `import { register } from 'node:module'
register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(source))})`

/** What one command loaded, and how it ended. */
export interface Loaded {
  readonly code: number | null
  /** Addresses of all modules. */
  readonly urls: readonly string[]
  /** Files of the bundle that have code of the AWS SDK in them. */
  readonly awsFiles: readonly string[]
  /** Size of the files of the bundle together. */
  readonly bytes: number
}

/** Texts that the SDK's clients and their parts keep, however they are bundled. */
const awsSdk = /com\.amazonaws\.|aws-sdk-js|@smithy\//

/** Runs `regroup` with these arguments to its end. */
export function loadedBy(...args: readonly string[]): Loaded {
  const { status, stderr } = spawnSync(
    'node',
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(hook)}`,
      join(root, 'bin/regroup.js'),
      ...args,
    ],
    { encoding: 'utf8', cwd: root },
  )
  const lines = stderr.split('\n').filter((line) => line.startsWith('loads '))
  const urls = lines.map((line) => line.slice('loads '.length))
  const own = urls.filter((url) => url.includes('/dist/'))
  const texts = own.map((url) => ({ url, text: readFileSync(new URL(url), 'utf8') }))
  return {
    code: status,
    urls,
    awsFiles: texts.filter(({ text }) => awsSdk.test(text)).map(({ url }) => url),
    bytes: texts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
  }
}
