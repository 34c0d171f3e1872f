/** The faults of a served world, all kinds, as the control endpoint sets and clears them. Twin layer. */

import { isFailure } from '../../world/failure.ts'
import type { Fault } from '../kernel/faults.ts'
import { faultInput } from './control-input.ts'
import { ControlProblem, readBody } from './control-problem.ts'
import type { TwinHost } from './host.ts'
import type { HeardRequest } from './http-listener.ts'
import type { KubeFaults } from './kube-faults.ts'
import type { ServedOutages } from './served-outages.ts'
import type { WireFaults } from './wire-faults.ts'

/** Where the kinds are kept. */
export interface FaultKinds {
  readonly host: TwinHost
  readonly faults: WireFaults
  readonly kubeFaults: KubeFaults
  readonly outages: ServedOutages
}

/** How many are set. */
export function faultCountOf({ faults, host, kubeFaults, outages }: FaultKinds): number {
  return [host.twin.faults, faults, kubeFaults, outages]
    .map((one) => one.list().length)
    .reduce((sum, count) => sum + count)
}

/** GET /faults. */
export function faultsOf({ faults, host, kubeFaults, outages }: FaultKinds): unknown {
  const twin = host.twin.faults.list()
  return { twin, wire: faults.list(), kube: kubeFaults.list(), outage: outages.list() }
}

/** POST /faults. @throws ControlProblem 400 */
export function addFault(request: HeardRequest, context: FaultKinds): unknown {
  const { faults, host, kubeFaults, outages } = context
  const input = readBody(faultInput, request)
  if ('outage' in input) {
    return { outage: { id: added(outages, input.outage), outage: input.outage } }
  }
  if ('wire' in input) return { wire: { id: faults.add(input.wire), fault: input.wire } }
  if ('kube' in input) return { kube: { id: kubeFaults.add(input.kube), fault: input.kube } }
  // zod's optional members may be undefined by type; parsed JSON never is.
  const fault = input.twin as Fault
  host.twin.faults.add(fault)
  return { twin: { fault } }
}

function added(outages: ServedOutages, input: Parameters<ServedOutages['add']>[0]): number {
  try {
    return outages.add(input)
  } catch (error) {
    throw isFailure(error) ? new ControlProblem(400, error.message) : error
  }
}

/** DELETE /faults, all or those that the query names. @throws ControlProblem 404 */
export function clearFaults({ query }: HeardRequest, context: FaultKinds): unknown {
  const { faults, host, kubeFaults, outages } = context
  const numbered = [
    { name: 'wire', what: 'wire fault', clear: (id: number) => faults.clear(id) },
    {
      name: 'kube',
      what: 'fault of the Kubernetes wire',
      clear: (id: number) => kubeFaults.clear(id),
    },
    { name: 'outage', what: 'outage', clear: (id: number) => outages.end(id) },
  ]
  const asked = numbered.filter(({ name }) => query.has(name))
  if (asked.length === 0) {
    host.twin.faults.clear()
    faults.clear()
    kubeFaults.clear()
    outages.end()
  }
  for (const { clear, name, what } of asked) {
    const id = query.get(name)
    if (!clear(Number(id))) throw new ControlProblem(404, `there is no ${what} ${id}`)
  }
  return faultsOf(context)
}
