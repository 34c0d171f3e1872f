/** The 26 rules in order. Twin layer. */

import type { Invariant } from './invariant.ts'
import { budgetFloor, inFlight, landing, lastReady } from './invariants/budgets.ts'
import {
  emptyBeforeEnd,
  localData,
  membership,
  roomForAll,
  surge,
  volumesDetached,
  zoneCovered,
} from './invariants/instances.ts'
import {
  oneWriter,
  othersUntouched,
  roleMapped,
  versionSkew,
  vitalPods,
  wayBack,
} from './invariants/plan.ts'
import {
  cordonedFirst,
  daemonsStay,
  identityAndGrace,
  leaseHeld,
  noRefusals,
  noRepetition,
  oneIdentity,
  ownCordons,
  pauseHolds,
} from './invariants/requests.ts'

/** All rules of drain-and-rolling section 7. */
export function allInvariants(pausedAtMs: () => number | undefined): readonly Invariant[] {
  return [
    budgetFloor,
    lastReady,
    inFlight,
    landing,
    emptyBeforeEnd,
    membership,
    zoneCovered,
    roomForAll,
    surge,
    ownCordons,
    daemonsStay,
    identityAndGrace,
    oneIdentity,
    cordonedFirst,
    localData,
    volumesDetached,
    versionSkew,
    leaseHeld,
    noRepetition,
    pauseHolds(pausedAtMs),
    othersUntouched,
    wayBack,
    roleMapped,
    oneWriter,
    vitalPods,
    noRefusals,
  ]
}
