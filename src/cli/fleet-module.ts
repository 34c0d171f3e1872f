/** A fleet that is a program: `fleet.mjs`, `fleet.js` or `fleet.ts` with a default export. Cli layer. */

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { exitCode } from './exit-code.ts'
import { Problem } from './problem.ts'

/** Whether a path is loaded instead of read: its code runs. */
export function isFleetModule(path: string): boolean {
  return /\.m?[jt]s$/.test(path)
}

/**
 * The default export as JSON. Node loads TypeScript by itself from 22.18 on. @throws Problem when it cannot
 * be loaded, or exports nothing.
 */
export async function readFleetModule(path: string): Promise<string> {
  const options = { code: exitCode.findings }
  let loaded: { readonly default?: unknown }
  try {
    loaded = (await import(pathToFileURL(resolve(path)).href)) as typeof loaded
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message?: string }
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      const text = `Node ${process.versions.node} cannot load ${path}: it needs 22.18 or newer for TypeScript`
      throw new Problem(text, 'Use a newer Node, or write it as fleet.mjs.', options)
    }
    throw new Problem(`${path} cannot be loaded: ${message ?? String(error)}`, '', options)
  }
  const text = JSON.stringify(loaded.default)
  if (text !== undefined) return text
  const remedy = 'Write export default { apiVersion: ..., kind: "Fleet", ... }.'
  throw new Problem(`${path} has no default export that is a fleet`, remedy, options)
}
