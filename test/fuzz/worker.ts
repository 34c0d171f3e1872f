/** One thread of the fuzzer: a chunk of inputs in, what they broke out. */

import { parentPort } from 'node:worker_threads'
import { type Broken, fuzz } from './fuzz.ts'

/** A chunk of work. */
interface Task {
  readonly name: string
  readonly runs: number
  readonly seed: number
  readonly samples: readonly string[]
}

parentPort?.on('message', ({ name, ...options }: Task) => {
  const broken: readonly Broken[] = fuzz(name, options)
  parentPort?.postMessage(broken)
})
