/** Stages of a migration in the words and the order that people see. Cli layer, pure. */

import type { RunEvent, RunEventType } from '../../run/events.ts'

/** Words by stage of the event stream, in the order of work. */
export const stageLabels: Readonly<Record<string, string>> = {
  preflight: 'preflight',
  'control-plane': 'control plane',
  'node-groups': 'node groups',
  priorities: 'priority map',
  fence: 'old groups',
  'move-pods': 'empty nodes',
  retire: 'retire nodes',
  finish: 'clean up',
}

const stageByKind: Readonly<Record<string, string>> = {
  'create-node-group': 'node-groups',
  'delete-failed-node-group': 'node-groups',
  'delete-group': 'retire',
  'delete-record': 'finish',
  'delete-stale-node': 'retire',
  'delete-warm-pool': 'retire',
  'fence-group': 'fence',
  'lower-minimum': 'retire',
  'mark-empty': 'retire',
  'publish-priorities': 'priorities',
  'restore-group': 'fence',
  'restore-priorities': 'priorities',
  'set-autoscaler-image': 'control-plane',
  terminate: 'retire',
  'unprotect-node': 'finish',
  'update-addon': 'control-plane',
  'update-control-plane': 'control-plane',
}

/** For events without a kind, as the comparison engine emits them. */
const stageByType: Readonly<Partial<Record<RunEventType, string>>> = {
  action: 'control-plane',
  group: 'retire',
  'node-group': 'node-groups',
}

/** The stage an event belongs to; pods and nodes that move are the default. */
export function stageOf({ data, object, type }: RunEvent): string {
  if (type === 'stage') return object
  const { kind, stage } = data ?? {}
  if (typeof stage === 'string') return stage
  if (typeof kind === 'string') return stageByKind[kind] ?? 'move-pods'
  return stageByType[type] ?? 'move-pods'
}
