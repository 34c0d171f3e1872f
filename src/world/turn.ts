/** Lets every pending promise reaction run: the one place that touches the macrotask queue. World layer. */

/** Resolves after all microtasks that are queued now, and those they queue, have run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
