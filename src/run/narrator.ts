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
  terminate: 'node',
  'unprotect-node': 'pod',
}

/** Words for people. */
const verbs: Readonly<Record<Action['kind'], string>> = {
  cordon: 'cordoned',
  'create-node-group': 'creating node group',
  'delete-failed-node-group': 'deleting failed node group',
  'delete-group': 'deleting',
  'delete-record': 'record deleted',
  'delete-stale-node': 'deleted stale node',
  'delete-warm-pool': 'deleting warm pool of',
  evict: 'evicted',
  'fence-group': 'fenced',
  'lower-minimum': 'minimum lowered',
  'mark-empty': 'emptied',
  'prefer-no-schedule': 'marked as retiring',
  'protect-node': 'protected from scale-down',
  'publish-priorities': 'published',
  'scale-up': 'scaling up',
  'set-autoscaler-image': 'updating',
  terminate: 'terminating',
  'unprotect-node': 'unprotected',
  'update-addon': 'updating add-on',
  'update-control-plane': 'upgrading',
  'withdraw-launches': 'withdrawing launches of',
  'write-record': 'noted',
}

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
    for (const { message, object, reason, stage } of decision.waits) {
      const key = `${stage}/${reason}`
      if (present.has(key)) continue
      present.add(key)
      if (this.waits.has(key)) continue
      this.waits.set(key, message)
      this.emit({ type: 'wait', object, message, data: { reason } })
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
    const message = `${verbs[action.kind]} ${action.object}: ${action.reason}`
    this.emit({ type, object: action.object, message, data: { kind: action.kind } })
  }

  /** Something outside of decisions is waited for; equal texts are said once. */
  wait(key: string, message: string): void {
    if (this.waits.get(key) === message) return
    this.waits.set(key, message)
    this.emit({ type: 'wait', object: key, message })
  }
}
