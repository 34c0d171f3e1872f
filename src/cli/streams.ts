/** Where the command line reads and writes: the only file that touches the process. Cli layer. */

/** Results go to out, progress and errors to err. */
export interface Streams {
  out(text: string): void
  err(text: string): void
  /** True when progress may be redrawn in place. */
  readonly isTerminal: boolean
  readonly hasColour: boolean
  readonly columns: number
  /** Milliseconds of wall time since some moment: for redraws and "took", never for results. */
  wallMs(): number
}

/** The real ones. Honours NO_COLOR, FORCE_COLOR, CI and TERM=dumb. */
export function processStreams(): Streams {
  const { env, stderr, stdout } = process
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosed)
  const isTerminal = stderr.isTTY === true && env.CI === undefined && env.TERM !== 'dumb'
  const isForced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const isForbidden = env.NO_COLOR !== undefined && env.NO_COLOR !== ''
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    isTerminal,
    hasColour: isForced || (isTerminal && !isForbidden),
    columns: stderr.columns ?? 80,
    wallMs: () => performance.now(),
  }
}

/** Whoever read the output may leave (`| head`): what was begun goes on without a reader. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
