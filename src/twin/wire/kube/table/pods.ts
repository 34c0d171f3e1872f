/** How pods are printed: ready count, status word, restarts. Twin layer, pure. */

import { at, isJsonObject, listAt, textAt } from '../schema/own.ts'
import { ageOf } from './age.ts'
import { type Cell, count, created, nameOf, orNone, type PrintContext } from './texts.ts'

/** Cells of a pod. */
export function podCells(pod: unknown, context: PrintContext): Cell[] {
  const state = stateOf(pod)
  const ips = listAt(pod, 'status', 'podIPs')
  const ip = textAt(ips[0], 'ip') || textAt(pod, 'status', 'podIP')
  return [
    nameOf(pod),
    `${state.readyCount}/${state.totalCount}`,
    state.word,
    restartsText(state, context.nowMs),
    created(pod, context),
    orNone(ip),
    orNone(textAt(pod, 'spec', 'nodeName')),
    orNone(textAt(pod, 'status', 'nominatedNodeName')),
    gatesText(pod),
  ]
}

/** Row conditions: kubectl hides ended pods by them. */
export function podConditions(pod: unknown): readonly object[] | undefined {
  const phase = textAt(pod, 'status', 'phase')
  const messages: Readonly<Record<string, string>> = {
    Succeeded: 'The pod has completed successfully.',
    Failed: 'The pod failed.',
  }
  const message = messages[phase]
  if (message === undefined) return undefined
  return [{ type: 'Completed', status: 'True', reason: phase, message }]
}

interface PodState {
  word: string
  readyCount: number
  totalCount: number
  restartCount: number
  restartedAt: string
}

function restartsText({ restartCount, restartedAt }: PodState, nowMs: number): string {
  if (restartCount === 0 || restartedAt === '') return String(restartCount)
  return `${restartCount} (${ageOf(restartedAt, nowMs)} ago)`
}

function gatesText(pod: unknown): string {
  const gates = listAt(pod, 'spec', 'readinessGates')
  if (gates.length === 0) return '<none>'
  const conditions = listAt(pod, 'status', 'conditions')
  const passed = gates.filter((gate) =>
    conditions.some(
      (one) =>
        textAt(one, 'type') === textAt(gate, 'conditionType') && textAt(one, 'status') === 'True',
    ),
  )
  return `${passed.length}/${gates.length}`
}

function hasReadyCondition(pod: unknown): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
  )
}

function stateOf(pod: unknown): PodState {
  const containers = listAt(pod, 'spec', 'containers')
  const sidecars = listAt(pod, 'spec', 'initContainers').filter(isSidecar)
  const state: PodState = {
    word: textAt(pod, 'status', 'reason') || textAt(pod, 'status', 'phase'),
    readyCount: 0,
    totalCount: containers.length + sidecars.length,
    restartCount: 0,
    restartedAt: '',
  }
  const scheduled = listAt(pod, 'status', 'conditions').find(
    (one) => textAt(one, 'type') === 'PodScheduled',
  )
  if (textAt(scheduled, 'reason') === 'SchedulingGated') state.word = 'SchedulingGated'
  const isInitializing = readInitContainers(pod, state)
  if (!isInitializing || isInitialized(pod)) readContainers(pod, state, isInitializing)
  if (at(pod, 'metadata', 'deletionTimestamp') !== undefined) {
    const isLost = textAt(pod, 'status', 'reason') === 'NodeLost'
    const isOver = ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase'))
    if (isLost) state.word = 'Unknown'
    else if (!isOver) state.word = 'Terminating'
  }
  return state
}

function isSidecar(container: unknown): boolean {
  return textAt(container, 'restartPolicy') === 'Always'
}

function isInitialized(pod: unknown): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (one) => textAt(one, 'type') === 'Initialized' && textAt(one, 'status') === 'True',
  )
}

function addRestarts(state: PodState, status: unknown): void {
  state.restartCount += count(status, 'restartCount')
  const finishedAt = textAt(status, 'lastState', 'terminated', 'finishedAt')
  if (finishedAt > state.restartedAt) state.restartedAt = finishedAt
}

/** The first init container that is not through names the status. */
function readInitContainers(pod: unknown, state: PodState): boolean {
  const specs = listAt(pod, 'spec', 'initContainers')
  const statuses = listAt(pod, 'status', 'initContainerStatuses')
  const restarts: PodState = { ...state, restartCount: 0, restartedAt: '' }
  let sidecarRestarts = 0
  let sidecarRestartedAt = ''
  for (const [index, status] of statuses.entries()) {
    const spec = specs.find((one) => textAt(one, 'name') === textAt(status, 'name'))
    addRestarts(restarts, status)
    if (isSidecar(spec)) {
      sidecarRestarts += count(status, 'restartCount')
      const finishedAt = textAt(status, 'lastState', 'terminated', 'finishedAt')
      if (finishedAt > sidecarRestartedAt) sidecarRestartedAt = finishedAt
    }
    const terminated = at(status, 'state', 'terminated')
    if (isJsonObject(terminated) && count(terminated, 'exitCode') === 0) continue
    if (isSidecar(spec) && at(status, 'started') === true) {
      if (at(status, 'ready') === true) state.readyCount += 1
      continue
    }
    state.word = initWord(status, index, specs.length)
    state.restartCount = restarts.restartCount
    state.restartedAt = restarts.restartedAt
    return true
  }
  state.restartCount = sidecarRestarts
  state.restartedAt = sidecarRestartedAt
  return false
}

function initWord(status: unknown, index: number, total: number): string {
  const terminated = at(status, 'state', 'terminated')
  if (isJsonObject(terminated)) return `Init:${endWord(terminated)}`
  const waiting = textAt(status, 'state', 'waiting', 'reason')
  if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`
  return `Init:${index}/${total}`
}

function endWord(terminated: unknown): string {
  const reason = textAt(terminated, 'reason')
  if (reason !== '') return reason
  const signal = count(terminated, 'signal')
  return signal === 0 ? `ExitCode:${count(terminated, 'exitCode')}` : `Signal:${signal}`
}

function readContainers(pod: unknown, state: PodState, isInitializing: boolean): void {
  if (isInitializing) {
    state.restartCount = 0
    state.restartedAt = ''
  }
  let hasRunning = false
  for (const status of [...listAt(pod, 'status', 'containerStatuses')].reverse()) {
    addRestarts(state, status)
    const waiting = textAt(status, 'state', 'waiting', 'reason')
    const terminated = at(status, 'state', 'terminated')
    const isRunning = isJsonObject(at(status, 'state', 'running'))
    if (waiting !== '') state.word = waiting
    else if (isJsonObject(terminated)) state.word = endWord(terminated)
    else if (isRunning && at(status, 'ready') === true) {
      hasRunning = true
      state.readyCount += 1
    }
    if (isRunning && at(status, 'ready') !== true) hasRunning = hasRunning || false
  }
  if (state.word !== 'Completed') return
  const anyRunning = listAt(pod, 'status', 'containerStatuses').some((one) =>
    isJsonObject(at(one, 'state', 'running')),
  )
  if (hasRunning) state.word = hasReadyCondition(pod) ? 'Running' : 'NotReady'
  else if (anyRunning) state.word = hasReadyCondition(pod) ? 'Running' : state.word
}
