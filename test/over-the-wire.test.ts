/** The engine with the AWS port in process, and through SDK and HTTP: the same decisions, the same end. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AwsBudgets, type defaultBudgets } from '../src/aws/budgets.ts'
import { connectAws } from '../src/aws/port.ts'
import { wallClock } from '../src/cli/wall-clock.ts'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { endStateOf } from '../src/run/end-state.ts'
import { migrateCluster } from '../src/run/migrate-cluster.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import type { TwinHost } from '../src/twin/wire/host.ts'
import type { Participant } from '../src/twin/wire/participants.ts'
import { serveTwin } from '../src/twin/wire/serve.ts'
import { assert } from '../src/world/assert.ts'
import type { AwsApi } from '../src/world/aws-api.ts'
import type { Clock } from '../src/world/clock.ts'
import type { KubeApi } from '../src/world/kube-api.ts'
import { seededRandom } from '../src/world/random.ts'

const scenario = 'starter'
const endless = {
  read: { ratePerSecond: 1e6, burst: 1e6 },
  write: { ratePerSecond: 1e6, burst: 1e6 },
}
const endlessBudgets: typeof defaultBudgets = {
  autoScaling: endless,
  ec2: endless,
  eks: endless,
  ssm: endless,
  sts: endless,
}
const kept = { ...process.env }

beforeAll(() => {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  })
})

afterAll(() => {
  process.env = kept
})

/** Calls run at the present instant of the served twin, as its wires run them. */
function paced<Api extends object>(api: Api, host: TwinHost): Api {
  return new Proxy(api, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name)
      if (typeof member === 'object' && member !== null) return paced(member, host)
      if (typeof member !== 'function') return member
      const call = (args: unknown[]): unknown => Reflect.apply(member, target, args)
      if (name === 'watch') return (...args: unknown[]) => call(args)
      return (...args: unknown[]) =>
        host.pacer.request(async () => {
          host.session('regroup')
          return call(args)
        })
    },
  })
}

function participantClock(host: TwinHost, participant: Participant): Clock {
  const nowMs = (): number => host.twin.kernel.nowMs()
  const never = new AbortController().signal
  return {
    nowMs,
    sleep: (durationMs, signal = never) =>
      signal.aborted ? Promise.resolve() : participant.wait(nowMs() + durationMs, signal),
  }
}

async function migrate(how: 'in process' | 'over HTTP') {
  const bytes = scenarioFleetYaml(scenario)
  const world = scenarioWorld(scenario)
  assert(bytes !== undefined && world !== undefined, 'the scenario exists')
  const desired = loadFleet({ file: scenario, bytes }).desired?.clusters[0]
  assert(desired !== undefined, 'its fleet is right')
  const running = await serveTwin({
    world,
    seed: '1',
    wall: wallClock,
    speed: 'max',
    address: '127.0.0.1',
    port: 0,
    controlPort: 0,
    controlToken: 'token',
    isThrottled: false,
  })
  const { host, served } = running
  const participant = host.pacer.participants.join()
  const clock = participantClock(host, participant)
  const session = host.session('regroup')
  const random = seededRandom('jitter')
  const http = connectAws({
    region: world.region,
    clock,
    random,
    endpoint: served.aws.endpoint,
    // A budget takes virtual time, which the port in process does not know.
    budgets: new AwsBudgets(clock, endlessBudgets),
  })
  const aws: AwsApi = how === 'over HTTP' ? http.api : paced(host.twin.account.api(session), host)
  const cluster = host.twin.clusters.get(desired.name)
  assert(cluster !== undefined, 'the world has the cluster')
  const kube: KubeApi = paced(cluster.api(session), host)
  const decisions: string[] = []
  try {
    const report = await migrateCluster({
      desired,
      aws,
      kube,
      clock,
      holder: 'regroup-test',
      onEvent: ({ atMs, message, object, type }) =>
        decisions.push(`${atMs} ${type} ${object}: ${message}`),
    })
    // Answers of one instant come in the order of the network.
    return { report, decisions: decisions.sort(), end: endStateOf(host.twin, desired.name, report) }
  } finally {
    participant.leave()
    await http.close()
    await running.stop()
  }
}

describe('over the wire', () => {
  it('AWS through SDK and HTTP gives the same decisions and the same end', async () => {
    const inProcess = await migrate('in process')
    const overHttp = await migrate('over HTTP')
    expect(inProcess.report).toMatchObject({ result: 'converged', oldGroupsRemaining: [] })
    expect(overHttp.decisions).toEqual(inProcess.decisions)
    expect(overHttp.end).toEqual(inProcess.end)
    expect(overHttp.report).toEqual(inProcess.report)
  })
})
