/** Ways in which an answer does not reach its client, or not as it was sent. Twin layer. */

import type { Sink, WireTime } from '../context.ts'

/** The first `chunkCount` chunks go through; of the next comes half, then the connection breaks. */
export function truncating(sink: Sink, chunkCount: number): Sink {
  let written = 0
  return {
    ...sink,
    write: (chunk) => {
      written += 1
      if (written <= chunkCount) sink.write(chunk)
      if (written !== chunkCount + 1) return
      const bytes = Buffer.from(chunk as string)
      sink.breakOff(bytes.subarray(0, Math.floor(bytes.length / 2)))
    },
    end: () => {
      if (written <= chunkCount) sink.end()
    },
  }
}

/** The first `chunkCount` chunks go through, then no byte more and no end. */
export function silent(sink: Sink, chunkCount: number, hasHead: boolean): Sink {
  let written = 0
  return {
    ...sink,
    head: (code, headers) => {
      if (hasHead) sink.head(code, headers)
    },
    write: (chunk) => {
      written += 1
      if (written <= chunkCount) sink.write(chunk)
    },
    end: () => undefined,
    breakOff: () => undefined,
  }
}

/** Everything comes so much later, in wall milliseconds. */
export function delaying(sink: Sink, delayMs: number, time: WireTime): Sink {
  let waiting: (() => void)[] | undefined = []
  const cancel = time.after(delayMs, () => {
    const ready = waiting ?? []
    waiting = undefined
    for (const run of ready) run()
  })
  sink.onClose(cancel)
  const later = (run: () => void): void => {
    if (waiting === undefined) run()
    else waiting.push(run)
  }
  return {
    ...sink,
    head: (code, headers) => later(() => sink.head(code, headers)),
    write: (chunk) => later(() => sink.write(chunk)),
    end: () => later(() => sink.end()),
    breakOff: (chunk) => later(() => sink.breakOff(chunk)),
  }
}

/** The answer is dated by a clock that is ahead. */
export function dated(sink: Sink, nowMs: number): Sink {
  const date = new Date(nowMs).toUTCString()
  return { ...sink, head: (code, headers) => sink.head(code, { ...headers, date }) }
}
