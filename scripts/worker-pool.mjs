// Tasks over a few threads: each thread takes the next one as soon as it is free.
import { Worker } from 'node:worker_threads'

// Rehearsals make much garbage that lives for a tick; with a larger nursery it dies there.
const resourceLimits = { maxYoungGenerationSizeMb: 96, maxOldGenerationSizeMb: 2048 }

export class WorkerPool {
  constructor(file, count) {
    this.idle = Array.from({ length: count }, () => new Worker(file, { resourceLimits }))
    this.all = [...this.idle]
    this.waiting = []
  }

  // Resolves with the worker's answer; rejects when the worker itself breaks.
  run(task) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ task, resolve, reject })
      this.#next()
    })
  }

  async close() {
    await Promise.all(this.all.map((worker) => worker.terminate()))
  }

  #next() {
    if (this.idle.length === 0 || this.waiting.length === 0) return
    const worker = this.idle.pop()
    const { reject, resolve, task } = this.waiting.shift()
    const take = (answer) => {
      worker.off('error', reject)
      this.idle.push(worker)
      resolve(answer)
      this.#next()
    }
    worker.once('error', reject)
    worker.once('message', take)
    worker.postMessage(task)
  }
}
