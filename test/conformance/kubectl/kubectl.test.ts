/** Every recorded kubectl command against the served twin, with the kubectl that is installed. */

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kubectlDeviations } from './deviations.ts'
import { distinct, stable } from './placeholders.ts'
import { type CommandOptions, runCommand } from './run-command.ts'
import { type KubectlWorld, kubectlWorld } from './world.ts'

interface Row {
  readonly command: string
  readonly exitCode: number
  readonly stdout?: string
  readonly stderr?: string
  readonly stdin?: string
  readonly meanwhile?: readonly string[]
}

const recorded = JSON.parse(
  readFileSync(new URL('../../data/kubectl-calls.json', import.meta.url), 'utf8'),
) as { rows: readonly Row[]; files: Readonly<Record<string, string>> }

const isInstalled = spawnSync('kubectl', ['version', '--client']).status === 0
if (!isInstalled) process.stderr.write('kubectl is not installed: its suite is skipped\n')

/** What the recorded world had besides its workloads. */
const setUp: readonly (readonly [string, string?])[] = [
  ['kubectl create cm conf -n shop --from-literal=a=1'],
  ['kubectl create secret generic cred -n shop --from-literal=a=1'],
  ['kubectl create priorityclass high --value=1000'],
  ['kubectl create cronjob tick -n shop --image=t:1 "--schedule=0 3 * * *" -- true'],
  ['kubectl patch cronjob tick -n shop -p \'{"spec":{"suspend":true}}\''],
  [
    'kubectl create -f -',
    'apiVersion: batch/v1\nkind: Job\nmetadata: {name: once, namespace: shop}\nspec: {template: {metadata: {annotations: {twin.regroup.dev/run-seconds: "1"}}, spec: {restartPolicy: Never, containers: [{name: o, image: "o:1"}]}}}',
  ],
  ['kubectl autoscale deploy web -n shop --min=3 --max=6 --cpu-percent=70'],
  [
    'kubectl create -f -',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: bare, namespace: shop, labels: {app: bare}}\nspec: {terminationGracePeriodSeconds: 2, containers: [{name: c, image: "bare:1"}]}',
  ],
  [
    'kubectl create -f -',
    'apiVersion: v1\nkind: Service\nmetadata: {name: db, namespace: shop}\nspec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}',
  ],
]

let world: KubectlWorld
let environment: Record<string, string> = {}

beforeAll(async () => {
  if (!isInstalled) return
  world = await kubectlWorld()
  for (const [name, text] of Object.entries(recorded.files)) {
    writeFileSync(join(world.folder, name), text)
  }
  const { folder, kubeconfig } = world
  environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    KUBECONFIG: kubeconfig,
    KUBECACHEDIR: join(folder, 'cache'),
    KUBE_EDITOR: 'true',
  }
  for (const [line, stdin] of setUp) {
    const { exitCode, stderr } = await run(line, { stdin })
    if (exitCode !== 0) throw new Error(`${line}: ${stderr}`)
  }
  await run('kubectl wait --for=condition=Ready pod/bare -n shop --timeout=30s')
  await run('kubectl wait --for=condition=Complete job/once -n shop --timeout=30s')
}, 120_000)

afterAll(async () => {
  await world?.stop()
})

function run(line: string, more: Partial<CommandOptions> = {}): ReturnType<typeof runCommand> {
  return runCommand(line, { folder: world.folder, environment, timeoutMs: 90_000, ...more })
}

/** The twin's own names of nodes; in shell words only. */
function withNodes(command: string): string {
  return command.replace(
    /\bn([1-4])\b/g,
    (_, index: string) => world.nodeNames[Number(index) - 1] ?? '',
  )
}

/** What the recorder did between the commands, by the number of the command that follows. */
const between: ReadonlyMap<number, readonly string[]> = new Map([
  [71, ['kubectl delete deploy bad -n shop']],
  [82, ['kubectl delete pod onepod -n shop']],
  [179, ['kubectl apply -f dep.yaml']],
  [183, ['kubectl apply -f pod.yaml']],
  [185, ['kubectl rollout status deploy/api -n shop --timeout=60s']],
  [189, ['kubectl delete deploy bad -n shop']],
])

/** A watch is interrupted after so long; what happens meanwhile begins in the middle of it. Wall milliseconds. */
const watchMs = 8000

let editCount = 0

async function runRow(
  row: Row & { readonly index: number },
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const isWatch = / (?:-w|--watch-only)\b/.test(row.command)
  if (/^kubectl edit/.test(row.command)) {
    editCount += 1
    environment['KUBE_EDITOR'] =
      editCount === 1 ? 'true' : 'sed -i \'s/^kind:/data: {e: "1"}\\nkind:/\''
  }
  for (const line of between.get(row.index) ?? []) await run(line)
  const work = run(withNodes(row.command), {
    stdin: row.stdin,
    ...(isWatch ? { interruptAfterMs: watchMs } : {}),
  })
  // The recorder changed the world while the watch was running, not while kubectl was starting.
  if (isWatch) await pause(watchMs / 2)
  for (const line of row.meanwhile ?? []) await run(withNodes(line))
  return work
}

describe.skipIf(!isInstalled)('kubectl', () => {
  it.each(
    recorded.rows.map((row, index) => ({
      ...row,
      index,
      mark: kubectlDeviations.has(index) ? '(deviates)' : '',
    })),
  )(
    '$index $mark $command',
    async (row) => {
      const reason = kubectlDeviations.get(row.index)
      const result = await runRow(row)
      const order = /^kubectl drain/.test(row.command) ? distinct : (text: string) => text
      const shape = (text: string): string => order(stable(text, world.nodeNames))
      const isCut = row.stdout?.includes('<cut,') === true
      const isWatch = / (?:-w|--watch-only)\b/.test(row.command)
      const actual = {
        exitCode: isWatch ? 0 : result.exitCode,
        stdout: row.stdout === undefined || isCut ? '' : shape(result.stdout),
        stderr: shape(result.stderr),
      }
      const wanted = {
        exitCode: isWatch ? 0 : row.exitCode,
        stdout: row.stdout === undefined || isCut ? '' : shape(row.stdout),
        stderr: shape(row.stderr ?? ''),
      }
      if (reason === undefined) expect(actual).toEqual(wanted)
      else expect(actual, `agrees by now: ${reason}`).not.toEqual(wanted)
    },
    100_000,
  )

  it('meets no bug', () => {
    expect(world.bugs).toEqual([])
  })
})
