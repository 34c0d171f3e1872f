/** A migration of the starter world on a served twin, its ports in process or on sockets, under the judge. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { AwsBudgets, type defaultBudgets } from '../src/aws/budgets.ts'
import { connectAws } from '../src/aws/port.ts'
import { wallClock } from '../src/cli/wall-clock.ts'
import type { DesiredCluster } from '../src/fleet/desired.ts'
import { loadFleet } from '../src/fleet/load-fleet.ts'
import { type KubeClient, type KubeClientOptions, kubeClient } from '../src/kube/client.ts'
import { connectionOf, type KubeConnection } from '../src/kube/config/connection.ts'
import { loadKubeconfig } from '../src/kube/config/load.ts'
import { waitingFor, waitText } from '../src/kube/wait-text.ts'
import { type EndState, endStateOf } from '../src/run/end-state.ts'
import { approvedBy, judgePlanOf } from '../src/run/judge-plan.ts'
import { migrateCluster } from '../src/run/migrate-cluster.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import type { WorldSpec } from '../src/twin/build/world-spec.ts'
import type { AuditRecord } from '../src/twin/contracts.ts'
import { Judge } from '../src/twin/judge/judge.ts'
import type { TwinHost } from '../src/twin/wire/host.ts'
import { serveClusters } from '../src/twin/wire/kube/serve-clusters.ts'
import type { KubeFault } from '../src/twin/wire/kube-fault.ts'
import type { Participant } from '../src/twin/wire/participants.ts'
import { type RunningTwin, serveTwin } from '../src/twin/wire/serve.ts'
import type { WireFault } from '../src/twin/wire/wire-fault.ts'
import { assert } from '../src/world/assert.ts'
import type { AwsApi } from '../src/world/aws-api.ts'
import type { Clock } from '../src/world/clock.ts'
import type { KubeApi } from '../src/world/kube-api.ts'
import { seededRandom } from '../src/world/random.ts'
import { systemClock } from '../src/world/system-clock.ts'
import { control } from './served-twin.ts'
import { tinyFleet, tinyWorld } from './tiny-world.ts'

const scenario = 'starter'
const testAccessKeyId = 'AKIDEXAMPLE'
const endless = {
  read: { ratePerSecond: 1e6, burst: 1e6 },
  write: { ratePerSecond: 1e6, burst: 1e6 },
}
const endlessBudgets: typeof defaultBudgets = {
  autoScaling: endless,
  ec2: endless,
  eks: endless,
  iam: endless,
  ssm: endless,
  sts: endless,
}

/** Credentials for the SDK while the tests of a file run. */
export function useTestCredentials(): void {
  const kept = { ...process.env }
  beforeAll(() => {
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: testAccessKeyId,
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    })
  })
  afterAll(() => {
    process.env = kept
  })
}

/** Calls run at the present instant of the served twin, as its wires run them. */
function paced<Api extends object>(api: Api, host: TwinHost, user = 'regroup'): Api {
  return new Proxy(api, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key)
      if (typeof member === 'object' && member !== null) return paced(member, host, user)
      if (typeof member !== 'function') return member
      const call = (args: unknown[]): unknown => Reflect.apply(member, target, args)
      if (key === 'watch') return (...args: unknown[]) => call(args)
      return (...args: unknown[]) =>
        host.pacer.request(async () => {
          host.session(user)
          return call(args)
        })
    },
  })
}

/** The engine's clock: while it does not sleep on it, virtual time stands still at speed max. */
export function participantClock(host: TwinHost, participant: Participant, offMs = 0): Clock {
  const nowMs = (): number => host.twin.kernel.nowMs() + offMs
  const never = new AbortController().signal
  return {
    nowMs,
    sleep: (durationMs, signal = never) =>
      signal.aborted ? Promise.resolve() : participant.wait(nowMs() - offMs + durationMs, signal),
  }
}

/** Whether each port is the twin's own, or the real one on sockets. */
export interface Ways {
  readonly aws: 'in process' | 'over HTTP'
  readonly kube: 'in process' | 'over TLS'
  /** Three nodes instead of the starter's six. @default false */
  readonly isTiny?: boolean
  /** Faults on the wire that the world brings with it. */
  readonly wireFaults?: readonly WireFault[]
  /** Faults on the wire that are set at the control endpoint before the engine starts. */
  readonly controlFaults?: readonly WireFault[]
  /** An answer of AWS that takes longer is given up. @default the port's */
  readonly callTimeoutMs?: number
  /** An answer of AWS that takes longer is told. @default the port's */
  readonly slowAnswerMs?: number
  /** Faults before the API server that the world brings with it, and that the control endpoint sets. */
  readonly kubeFaults?: readonly KubeFault[]
  readonly controlKubeFaults?: readonly KubeFault[]
  /** How the real port to the cluster is made, besides its connection. */
  readonly kubeOptions?: Partial<KubeClientOptions>
  /** Another way to connect than the kubeconfig, whose text it gets. @default the kubeconfig's token */
  readonly connect?: (kubeconfig: string) => Promise<KubeConnection>
  /** How far the engine's clock is ahead of everyone else's. @default 0 */
  readonly clockOffMs?: number
  /** True = the judge takes the names of the one engine for several processes, which breaks a rule. */
  readonly isSplit?: boolean
}

/** Pauses pass at once; deadlines, which are shorter or longer here, take their real time. */
function hastyClock(): Clock {
  const clock = systemClock()
  return {
    nowMs: clock.nowMs,
    sleep: (durationMs, signal) => {
      const isPause = durationMs >= 200 && durationMs <= 20_000
      return clock.sleep(isPause ? 0 : durationMs, signal)
    },
  }
}

/** By the kubeconfig that the served twin wrote. */
export async function connectionByFile(kubeconfig: string): Promise<KubeConnection> {
  const folder = await mkdtemp(join(tmpdir(), 'over-the-wire-'))
  try {
    const path = join(folder, 'config')
    await writeFile(path, kubeconfig, { mode: 0o600 })
    const clock = systemClock()
    const config = await loadKubeconfig({ path, env: {} })
    const { PATH } = process.env
    return await connectionOf(config, { clock, env: { PATH }, isInteractive: false })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The real port. */
async function kubeOverTls(
  kubeconfig: string,
  { connect = connectionByFile, kubeOptions = {} }: Ways,
): Promise<KubeClient> {
  return kubeClient({
    connection: await connect(kubeconfig),
    clock: hastyClock(),
    random: seededRandom('kube'),
    limits: { ratePerSecond: 1e6, burst: 1e6 },
    // Its clock makes five seconds none.
    slowAnswerMs: 60_000,
    ...kubeOptions,
  })
}

/** A served API server fills defaults into a template that is patched, so its hash is another one. */
const patchedTemplate = /(aws-cluster-autoscaler)-[0-9a-z]+(?:-[0-9a-f]{5})?\b/g

/** What was done, in order, without the time: watch events over a network come a moment sooner or later. */
function actsOf(decisions: readonly string[]): readonly string[] {
  return decisions
    .map((line) => line.replace(/^\d+ /, '').replaceAll(patchedTemplate, '$1'))
    .filter((line) => !line.startsWith('wait '))
}

/** Every served twin has an authority of its own. */
function comparable(end: EndState): unknown {
  const text = JSON.stringify(end).replaceAll(patchedTemplate, '$1')
  return JSON.parse(text.replaceAll(/"ca\.crt":"(?:[^"\\]|\\.)*"/g, '"ca.crt":""'))
}

/** Who the engine is: in process, by its access key in AWS, by its kubeconfig in the cluster. */
const engineUsers = ['regroup', testAccessKeyId, 'kubernetes-admin'] as const

/** Watches from now on and counts: a stop in the middle of an event would only break the twin. */
export async function judgeServed(
  host: TwinHost,
  desired: DesiredCluster,
  isSplit = false,
): Promise<Judge> {
  const { twin } = host
  const aws = paced(twin.account.api(host.session('resolver')), host, 'resolver')
  const approved = await approvedBy(aws, desired)
  const cluster = twin.clusters.get(desired.name)
  assert(cluster !== undefined, 'the world has the cluster')
  const plan = judgePlanOf(twin, approved, engineUsers)
  const processes = new Map(engineUsers.map((user) => [user, isSplit ? user : 'the engine']))
  const { account, kernel } = twin
  return new Judge({ kernel, account, cluster, plan: { ...plan, processes }, mode: 'count' })
}

async function hitsOf(running: RunningTwin, wire: 'wire' | 'kube'): Promise<readonly number[]> {
  const { value } = await control(running, 'GET /faults')
  return (value[wire] as readonly { readonly firedCount: number }[]).map((one) => one.firedCount)
}

interface Task {
  readonly world: WorldSpec
  readonly desired: DesiredCluster
}

function starter(): Task {
  const bytes = scenarioFleetYaml(scenario)
  const world = scenarioWorld(scenario)
  assert(bytes !== undefined && world !== undefined, 'the scenario exists')
  const desired = loadFleet({ file: scenario, bytes }).desired?.clusters[0]
  assert(desired !== undefined, 'its fleet is right')
  return { world, desired }
}

function tiny(): Task {
  const [desired] = tinyFleet().clusters
  assert(desired !== undefined, 'the fleet has a cluster')
  return { world: tinyWorld(), desired }
}

/** Runs it to its end, under a judge that counts broken rules. */
export async function migrateServed(ways: Ways) {
  const { desired, world } = ways.isTiny === true ? tiny() : starter()
  const kubeconfigs = new Map<string, string>()
  const running = await serveTwin({
    world: {
      ...world,
      wireFaults: ways.wireFaults ?? world.wireFaults ?? [],
      kubeFaults: ways.kubeFaults ?? [],
    },
    seed: '1',
    wall: wallClock,
    speed: 'max',
    address: '127.0.0.1',
    port: 0,
    controlPort: 0,
    controlToken: 'token',
    isThrottled: false,
    clusterServers: (host, faults) =>
      serveClusters(host, {
        address: '127.0.0.1',
        faults,
        writeKubeconfig: (name, text) => {
          kubeconfigs.set(name, text)
          return name
        },
      }),
  })
  const { host, served } = running
  const judge = await judgeServed(host, desired, ways.isSplit === true)
  for (const wire of ways.controlFaults ?? []) await control(running, 'POST /faults', { wire })
  for (const kube of ways.controlKubeFaults ?? []) await control(running, 'POST /faults', { kube })
  const participant = host.pacer.participants.join()
  const clock = participantClock(host, participant, ways.clockOffMs ?? 0)
  const session = host.session('regroup')
  const waits: string[] = []
  const random = seededRandom('jitter')
  const http = connectAws({
    region: world.region,
    clock,
    random,
    endpoint: served.aws.endpoint,
    // A budget takes virtual time, which the port in process does not know.
    budgets: new AwsBudgets(clock, endlessBudgets),
    ...(ways.callTimeoutMs === undefined ? {} : { callTimeoutMs: ways.callTimeoutMs }),
    ...(ways.slowAnswerMs === undefined ? {} : { slowAnswerMs: ways.slowAnswerMs }),
    onWait: (text) => waits.push(text),
  })
  const aws: AwsApi =
    ways.aws === 'over HTTP' ? http.api : paced(host.twin.account.api(session), host)
  const cluster = host.twin.clusters.get(desired.name)
  assert(cluster !== undefined, 'the world has the cluster')
  const writes: AuditRecord[] = []
  cluster.server.onAudit((record) => writes.push(record))
  const client = await kubeOverTls(kubeconfigs.get(desired.name) ?? '', {
    ...ways,
    kubeOptions: {
      onWait: (wait) => waits.push(waitText(desired.name, wait)),
      onRetry: (failure) => waits.push(waitingFor(desired.name, failure.message)),
      ...ways.kubeOptions,
    },
  })
  const kube: KubeApi = ways.kube === 'over TLS' ? client : paced(cluster.api(session), host)
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
    return {
      report,
      acts: actsOf(decisions),
      cordons: actsOf(decisions).filter((act) => act.includes(': cordoned ')),
      decisions: decisions.sort(),
      /** What the ports waited for. */
      waits,
      /** What the API server wrote, or refused to write, in order. */
      writes,
      /** How often each fault on the wire of AWS hit, those of the world first; and before the API server. */
      hits: await hitsOf(running, 'wire'),
      kubeHits: await hitsOf(running, 'kube'),
      judged: {
        checkedCount: judge.checkedCount,
        breaches: judge.breaches,
        lostPods: [...judge.measures.podsLost],
      },
      end: comparable(endStateOf(host.twin, desired.name, report)),
    }
  } finally {
    participant.leave()
    client.close()
    await http.close()
    await running.stop()
  }
}
