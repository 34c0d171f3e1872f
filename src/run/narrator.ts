/** Turns decisions and deeds into events: one per change, not one per tick. Run layer. */

import type { Action } from '../decide/action.ts'
import type { Decision } from '../decide/decision.ts'
import type { EventDraft, RunEventType } from './events.ts'

const typeByKind: Readonly<Partial<Record<Action['kind'], RunEventType>>> = {
  cordon: 'node',
  'create-node-group': 'node-group',
  'delete-group': 'group',
  evict: 'pod',
  'fence-group': 'group',
  'mark-empty': 'group',
  'prefer-no-schedule': 'pod',
  'protect-node': 'pod',
  'restore-group': 'group',
  'restore-node': 'node',
  terminate: 'node',
  'unprotect-node': 'pod',
}

/** What is said of a deed: the object and the reason, without saying either twice. */
const sentences: Readonly<Record<Action['kind'], (object: string, reason: string) => string>> = {
  cordon: (object, reason) => `cordoned ${object}: ${reason}`,
  'create-node-group': (object) => `creating node group ${object}`,
  'delete-group': (object, reason) => `deleting ${object}: ${reason}`,
  'delete-record': (_, reason) => `deleted the record of the migration: ${reason}`,
  'delete-warm-pool': (object, reason) => `deleting the warm pool of ${object}: ${reason}`,
  evict: (object, reason) => `evicted ${object}: ${reason}`,
  'fence-group': (object, reason) => `fenced ${object}: ${reason}`,
  'lower-minimum': (object, reason) => `${object}: ${reason}`,
  'mark-empty': (object, reason) => `emptied ${object}: ${reason}`,
  'prefer-no-schedule': (object, reason) => `marked ${object} as retiring: ${reason}`,
  'protect-node': (object, reason) => `protected ${object} from scale-down: ${reason}`,
  'publish-priorities': (_, reason) => `published the ${reason}`,
  'restore-group': (object, reason) => `restored ${object}: ${reason}`,
  'restore-node': (object, reason) => `restored ${object}: ${reason}`,
  'restore-priorities': (_, reason) => `restored the priority map: ${reason}`,
  'scale-up': (object, reason) => `scaling up ${object}: ${reason}`,
  'set-autoscaler-image': (_, reason) => `updating ${reason}`,
  terminate: (object, reason) => `terminating ${object}: ${reason}`,
  'unprotect-node': (object, reason) => `unprotected ${object}: ${reason}`,
  'update-addon': (_, reason) => `updating add-on ${reason}`,
  'update-control-plane': (_, reason) => `upgrading ${reason}`,
  'withdraw-launches': (object, reason) => `withdrawing launches of ${object}: ${reason}`,
  'write-record': (_, reason) => reason,
}

/** Reason of waits for someone outside; faces tell them at once. */
export const outsideReason = 'outside'

/** Remembers what was said last. */
export class Narrator {
  private readonly emit: (event: EventDraft) => void
  private readonly stages = new Map<string, string>()
  private readonly waits = new Map<string, string>()
  private readonly blockers = new Set<string>()

  constructor(emit: (event: EventDraft) => void) {
    this.emit = emit
  }

  /** Says what changed with this decision. */
  tell(decision: Decision): void {
    for (const { doneCount, stage, totalCount } of decision.progress) {
      if (totalCount === 0) continue
      const message = `${doneCount}/${totalCount}`
      if (this.stages.get(stage) === message) continue
      this.stages.set(stage, message)
      this.emit({ type: 'stage', object: stage, message, data: { doneCount, totalCount } })
    }
    const present = new Set<string>()
    for (const { message, object, reason, stage, untilMs } of decision.waits) {
      const key = `${stage}/${reason}`
      if (present.has(key)) continue
      present.add(key)
      if (this.waits.has(key)) continue
      this.waits.set(key, message)
      const until = untilMs === undefined ? {} : { untilMs }
      this.emit({ type: 'wait', object, message, data: { stage, reason, ...until } })
    }
    for (const key of [...this.waits.keys()]) {
      if (key.includes('/') && !present.has(key)) this.waits.delete(key)
    }
    for (const { code, object, reason, remedy } of decision.blockers) {
      if (this.blockers.has(`${object} ${code}`)) continue
      this.blockers.add(`${object} ${code}`)
      this.emit({ type: 'blocked', object, message: reason, data: { code, remedy } })
    }
  }

  /** A step was done. */
  did(action: Action): void {
    const type = typeByKind[action.kind] ?? 'action'
    const { kind, object, reason } = action
    const places = {
      ...('nodeName' in action && action.nodeName !== undefined
        ? { nodeName: action.nodeName }
        : {}),
      ...('groupName' in action ? { groupName: action.groupName } : {}),
      ...(kind === 'scale-up' ? { count: action.toCount - action.fromCount } : {}),
    }
    const message = sentences[kind](object, reason)
    this.emit({ type, object, message, data: { kind, ...places } })
  }

  /** Something outside of decisions is waited for; equal texts are said once. */
  wait(key: string, message: string): void {
    this.say(key, message, {})
  }

  /** Nothing goes on, or not as it should, before someone else does something: an API, another process. */
  waitFor(key: string, message: string): void {
    this.say(key, `waiting for ${message}`, { data: { reason: outsideReason } })
  }

  private say(key: string, message: string, rest: Pick<EventDraft, 'data'>): void {
    if (this.waits.get(key) === message) return
    this.waits.set(key, message)
    this.emit({ type: 'wait', object: key, message, ...rest })
  }
}
