/** The starter world on real sockets with its fleet file, and `regroup migrate` on them in this process. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wallClock } from '../src/cli/wall-clock.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { serveClusters } from '../src/twin/wire/kube/serve-clusters.ts'
import { type RunningTwin, serveTwin } from '../src/twin/wire/serve.ts'
import type { WireFault } from '../src/twin/wire/wire-fault.ts'
import { assert } from '../src/world/assert.ts'
import type { KubeObject } from '../src/world/kube-objects.ts'
import { regroup, type Said } from './program.ts'

/** A served world and a folder of its own; the environment is that of `twin env` until `stop`. */
export interface ServedStarter {
  readonly running: RunningTwin
  /** By cluster name: the text of an administrator's kubeconfig. */
  readonly kubeconfigs: ReadonlyMap<string, string>
  /** Empty but for `fleet.yaml`. */
  readonly folder: string
  /** Runs `regroup migrate -f fleet.yaml` with further flags. */
  migrate(...flags: readonly string[]): Promise<Said>
  stop(): Promise<void>
}

/** Serves it, with further objects, at speed `max`; migrations share its time: no wait is a real one. */
export async function servedStarter(
  wireFaults: readonly WireFault[] = [],
  objects: readonly KubeObject[] = [],
): Promise<ServedStarter> {
  const world = scenarioWorld('starter')
  assert(world !== undefined, 'the scenario exists')
  const folder = mkdtempSync(join(tmpdir(), 'served-starter-'))
  const fleet = join(folder, 'fleet.yaml')
  writeFileSync(fleet, scenarioFleetYaml('starter') ?? '')
  const kubeconfigs = new Map<string, string>()
  const running = await serveTwin({
    world: {
      ...world,
      wireFaults,
      clusters: world.clusters.map((cluster) => ({
        ...cluster,
        objects: [...cluster.objects, ...objects],
      })),
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
        writeKubeconfig: (name, text) => {
          kubeconfigs.set(name, text)
          return name
        },
        faults,
      }),
  })
  const kept = { ...process.env }
  const { aws, control } = running.served
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    REGROUP_TWIN_CONTROL: control.endpoint,
    REGROUP_TWIN_TOKEN: control.token,
  })
  return {
    running,
    kubeconfigs,
    folder,
    migrate: (...flags) => regroup('migrate', '-f', fleet, ...flags),
    stop: async () => {
      process.env = kept
      await running.stop()
      rmSync(folder, { recursive: true })
    },
  }
}
