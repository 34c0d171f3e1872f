/** The one event stream that every face shows. Run layer, types only. */

/** What an event is about. */
export type RunEventType =
  | 'stage'
  | 'node-group'
  | 'node'
  | 'pod'
  | 'group'
  | 'wait'
  | 'action'
  | 'blocked'
  | 'summary'

/** One event; `seq` counts from 1 per run. */
export interface RunEvent {
  readonly seq: number
  /** Epoch milliseconds of the injected clock. */
  readonly atMs: number
  /** Seconds since the run began. */
  readonly seconds: number
  readonly type: RunEventType
  readonly cluster: string
  readonly object: string
  readonly message: string
  readonly data?: Readonly<Record<string, string | number | boolean>>
}

/** What a producer gives; the rest is filled in. */
export type EventDraft = Pick<RunEvent, 'type' | 'object' | 'message' | 'data'>
