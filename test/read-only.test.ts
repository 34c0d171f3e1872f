/** `regroup migrate --read-only` against a served twin: it says what would be done, and nothing is changed. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from '../src/cli/main.ts'
import { wallClock } from '../src/cli/wall-clock.ts'
import { scenarioWorld } from '../src/twin/build/scenario.ts'
import { scenarioFleetYaml } from '../src/twin/build/scenario-fleet.ts'
import { serveClusters } from '../src/twin/wire/kube/serve-clusters.ts'
import { type RunningTwin, serveTwin } from '../src/twin/wire/serve.ts'
import { assert } from '../src/world/assert.ts'

const kept = { ...process.env }
let running: RunningTwin
let folder: string

beforeEach(async () => {
  const world = scenarioWorld('starter')
  assert(world !== undefined, 'the scenario exists')
  folder = mkdtempSync(join(tmpdir(), 'read-only-'))
  writeFileSync(join(folder, 'fleet.yaml'), scenarioFleetYaml('starter') ?? '')
  running = await serveTwin({
    world,
    seed: '1',
    wall: wallClock,
    speed: 'max',
    address: '127.0.0.1',
    port: 0,
    controlPort: 0,
    controlToken: 'token',
    isThrottled: false,
    clusterServers: (host) =>
      serveClusters(host, { address: '127.0.0.1', writeKubeconfig: (name) => name }),
  })
  const { accessKeyId, secretAccessKey } = running.served.aws
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  })
})

afterEach(async () => {
  process.env = { ...kept }
  await running.stop()
  rmSync(folder, { recursive: true })
})

async function readOnly(...more: readonly string[]) {
  const texts = { out: '', err: '' }
  const { endpoint } = running.served.aws
  const args = ['-f', join(folder, 'fleet.yaml'), '--read-only', '--endpoint-url', endpoint]
  const code = await main(['migrate', ...args, ...more], {
    out: (text) => {
      texts.out += text
    },
    err: (text) => {
      texts.err += text
    },
    isTerminal: false,
    hasColour: false,
    columns: 80,
    wallMs: () => 0,
  })
  return { code, ...texts }
}

/** Calls that are no reads, of whoever made them: operations of AWS and verbs of Kubernetes. */
function writes(): readonly string[] {
  return running.host.twin.kernel.journal
    .entries('call')
    .map(({ what }) => what)
    .filter((what) => !/^(?:\w+:(?:Describe|Get|List)|kube:(?:get|list|watch))/.test(what))
}

describe('regroup migrate --read-only', () => {
  it('shows where it stands and the first step, and writes nothing', async () => {
    const { code, err, out } = await readOnly()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('nothing was changed')
    expect(out).toContain('update-control-plane')
    expect(out).toContain('1.32 -> 1.33')
    expect(writes()).toEqual([])
    expect(running.host.inputCount).toBe(0)
  })

  it('gives the whole decision as JSON', async () => {
    const { code, out } = await readOnly('-o', 'json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      kind: 'act',
      actions: [{ kind: 'update-control-plane', fromVersion: '1.32', toVersion: '1.33' }],
      blockers: [],
    })
  })
})
