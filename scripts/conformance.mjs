// Programs that nobody here wrote, against the twin: each suite runs where its tool is present.
// `node scripts/conformance.mjs [--record] [SUITE...]`; without names all of them, the model check last.
// `--record` notes which operations the suites called: the last column of the table in docs/twin.md.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as awsCli from '../test/conformance/aws-cli.mjs'
import * as boto3 from '../test/conformance/boto3.mjs'
import * as botocore from '../test/conformance/botocore.mjs'
import * as cloudInit from '../test/conformance/cloud-init.mjs'
import * as clusterAutoscaler from '../test/conformance/cluster-autoscaler.mjs'
import * as controlPlane from '../test/conformance/control-plane.mjs'
import * as kubectl from '../test/conformance/kubectl.mjs'
import * as migrations from '../test/conformance/migrations.mjs'
import * as mime from '../test/conformance/mime.mjs'
import * as moto from '../test/conformance/moto.mjs'
import * as nodeadm from '../test/conformance/nodeadm.mjs'
import * as sdk from '../test/conformance/sdk.mjs'
import * as terraform from '../test/conformance/terraform.mjs'
import { startTwin } from '../test/conformance/twin.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = process.env.CONFORMANCE_FOLDER ?? `${root}.cache/conformance`
/** Lanes run side by side: Terraform spends its time in pauses of its own. */
const lanes = [{ terraform }, { sdk, boto3, 'aws-cli': awsCli, moto }]
const wanted = process.argv.slice(2).filter((one) => !one.startsWith('--'))
const isRecording = process.argv.includes('--record')

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const results = []
const files = []

async function runOne(name, suite, options) {
  const startedMs = performance.now()
  const reason = await suite.missing()
  if (reason !== undefined) {
    console.log(`${name}: skipped, ${reason}`)
    results.push({ name, passed: 0, failed: 0, deviations: 0, skipped: 1 })
    return
  }
  console.log(`${name}: running`)
  const counts = await suite.runSuite(options)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  const { deviations, failed, passed } = counts
  console.log(
    `${name}: ${passed} passed, ${failed} failed, ${deviations} expected deviations (${seconds} s)`,
  )
  results.push({ ...counts, name, skipped: 0 })
}

/** Suites that did not run keep what they called before. */
function record(judged) {
  const path = `${root}test/conformance/judged-operations.json`
  const known = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  for (const [file, operations] of Object.entries(judged)) {
    known[basename(file, '.ndjson')] = operations
  }
  writeFileSync(path, `${JSON.stringify(known, undefined, 2)}\n`)
}

async function runServed(name, suite) {
  if (wanted.length > 0 && !wanted.includes(name)) return
  if ((await suite.missing()) !== undefined) {
    await runOne(name, suite, {})
    return
  }
  const file = `${folder}/${name}.ndjson`
  const twin = await startTwin({ file, ...suite.twin?.() })
  files.push(file)
  try {
    await runOne(name, suite, { folder: `${folder}/${name}`, twin })
  } catch (error) {
    console.log(`${name}: ended early: ${error.stack}`)
    results.push({ name, passed: 0, failed: 1, deviations: 0, skipped: 0 })
  } finally {
    await twin.stop()
  }
}

async function runLane(lane) {
  for (const [name, suite] of Object.entries(lane)) await runServed(name, suite)
}

async function runOwn(name, suite) {
  try {
    await runOne(name, suite, { folder })
  } catch (error) {
    console.log(`${name}: ended early: ${error.stack}`)
    results.push({ name, passed: 0, failed: 1, deviations: 0, skipped: 0 })
  }
}

/**
 * A suite that fails runs once more: a machine that was busy for a moment looks like a late answer. What fails twice
 * has failed.
 */
async function runOwnTwice(name, suite) {
  if (wanted.length > 0 && !wanted.includes(name)) return
  await runOwn(name, suite)
  const last = results.findIndex((one) => one.name === name)
  if (results[last].failed === 0 || suite.repeatsItself) return
  console.log(`${name}: failed; once more, in case the machine was busy`)
  results.splice(last, 1)
  await runOwn(name, suite)
}

/** Eight minutes of which half a minute is work: beside everything else. */
const autoscaled = runOwnTwice('cluster-autoscaler', clusterAutoscaler)
await Promise.all(lanes.map(runLane))
// Readers of user data: no twin, no clock.
const readers = { nodeadm, mime, 'cloud-init': cloudInit }
for (const [name, suite] of Object.entries(readers)) {
  if (wanted.length === 0 || wanted.includes(name)) await runOwn(name, suite)
}
// Worlds of their own against the wall clock: one after the other.
const own = { kubectl, 'control-plane': controlPlane, migrations }
for (const [name, suite] of Object.entries(own)) await runOwnTwice(name, suite)
await autoscaled
if (files.length > 0) await runOne('botocore', botocore, { files })
if (isRecording) record(results.find(({ judged }) => judged !== undefined)?.judged ?? {})
writeFileSync(`${folder}/results.json`, JSON.stringify(results))
const total = (name) => results.reduce((sum, one) => sum + one[name], 0)
console.log(
  `conformance: ${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} suites skipped`,
)
process.exitCode = total('failed') === 0 ? 0 : 1
