/** The clock port: the only way any room knows or waits for time. World layer. */

/** Source of time. The real one wraps the system clock, the twin's one is virtual. */
export interface Clock {
  /** Milliseconds since the Unix epoch. Never goes backwards within one process. */
  nowMs(): number
  /**
   * Resolves after `durationMs` of this clock (0 = at the next turn). With an aborted `signal` it
   * resolves at once: callers look at the signal themselves, so that stopping is never an error.
   */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
}
