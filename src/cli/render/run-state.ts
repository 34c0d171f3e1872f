/** What a run looks like now, put together from its events. Cli layer, pure. */

import type { RunEvent } from '../../run/events.ts'
import { stageOf } from './stages.ts'

/** Steps that the pace of a stage is measured over: older ones say little about what is to come. */
const paceSteps = 12

/** Counts of one stage, and when the last of them were reached. */
export interface StageState {
  readonly doneCount: number
  readonly totalCount: number
  readonly reached: readonly { readonly doneCount: number; readonly seconds: number }[]
}

/** Something that is waited for. */
export interface WaitState {
  readonly message: string
  readonly untilMs: number | undefined
}

/** Takes events in order; its fields may be read at any time. */
export class RunState {
  seconds = 0
  atMs = 0
  evictedCount = 0
  doingText = ''
  readonly stages = new Map<string, StageState>()
  /** Node groups that we make or grow, with the nodes we asked for. */
  readonly nodeGroups = new Map<string, { isReady: boolean; addedCount: number }>()
  /** Old nodes that are being emptied, with the pods evicted from each. */
  readonly nodes = new Map<string, number>()
  /** Latest wait of each stage. */
  readonly waits = new Map<string, WaitState>()
  readonly blocked: string[] = []

  take(event: RunEvent): void {
    this.seconds = event.seconds
    this.atMs = event.atMs
    if (event.type === 'stage') this.takeStage(event)
    else if (event.type === 'wait') this.takeWait(event)
    else if (event.type === 'blocked') this.blocked.push(`${event.object} ${event.message}`)
    else this.takeDeed(event)
  }

  /** Seconds until a stage is done at its pace so far; undefined when it cannot be told. */
  secondsLeft(stage: string): number | undefined {
    const state = this.stages.get(stage)
    if (state === undefined) return undefined
    const { doneCount, reached, totalCount } = state
    const [first] = reached
    if (first === undefined || doneCount <= first.doneCount || doneCount >= totalCount) {
      return undefined
    }
    const pace = (this.seconds - first.seconds) / (doneCount - first.doneCount)
    return pace * (totalCount - doneCount)
  }

  private takeStage(event: RunEvent): void {
    const { object: stage } = event
    const doneCount = Number(event.data?.doneCount ?? 0)
    const totalCount = Number(event.data?.totalCount ?? 0)
    const known = this.stages.get(stage)
    const before = known?.totalCount === totalCount ? known.reached : []
    const reached = [...before, { doneCount, seconds: event.seconds }].slice(-paceSteps)
    this.stages.set(stage, { doneCount, totalCount, reached })
    this.waits.delete(stage)
    if (stage !== 'node-groups') return
    const [pending] = [...this.nodeGroups.values()].filter((one) => !one.isReady)
    if (pending !== undefined && doneCount > (known?.doneCount ?? 0)) pending.isReady = true
  }

  private takeWait(event: RunEvent): void {
    const untilMs = event.data?.untilMs
    this.waits.set(stageOf(event), {
      message: event.message,
      untilMs: typeof untilMs === 'number' ? untilMs : undefined,
    })
  }

  private takeDeed(event: RunEvent): void {
    const { groupName, kind, nodeName } = event.data ?? {}
    if (kind === 'evict') {
      this.evictedCount += 1
      this.nodes.set(String(nodeName), (this.nodes.get(String(nodeName)) ?? 0) + 1)
      return
    }
    if (event.type === 'pod') return
    this.waits.delete(stageOf(event))
    this.doingText = event.message
    if (kind === 'cordon') this.nodes.set(event.object, 0)
    else if (kind === 'terminate') this.nodes.delete(String(nodeName))
    else if (kind === 'create-node-group') {
      this.nodeGroups.set(event.object, { isReady: false, addedCount: 0 })
    } else if (kind === 'scale-up') {
      const known = this.nodeGroups.get(String(groupName))
      const addedCount = (known?.addedCount ?? 0) + Number(event.data?.count ?? 0)
      this.nodeGroups.set(String(groupName), { isReady: true, addedCount })
    }
  }
}
