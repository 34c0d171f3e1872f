// The tests of moto for EKS, launch templates and Auto Scaling, with the twin as the server. They are
// not part of this project: MOTO_CHECKOUT names a checkout. What contradicts AWS, or needs what the
// twin does not have, stands in moto-deviations.json with a reason each.
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { newSuite, run } from './suite.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const files = [
  'tests/test_eks/test_eks.py',
  'tests/test_eks/test_eks_ec2.py',
  'tests/test_ec2/test_launch_templates.py',
  'tests/test_autoscaling/test_autoscaling.py',
  'tests/test_autoscaling/test_autoscaling_groups.py',
  'tests/test_autoscaling/test_autoscaling_tags.py',
  'tests/test_autoscaling/test_autoscaling_group_filters.py',
]
/** Of the tests that do not contradict AWS. */
const shareMin = 0.85

const checkout = process.env.MOTO_CHECKOUT

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  if (checkout === undefined) return 'MOTO_CHECKOUT names no checkout'
  const lost = files.find((file) => !existsSync(`${checkout}/${file}`))
  if (lost !== undefined) return `${checkout} has no ${lost}`
  const found = await run('python3', ['-c', 'import moto, pytest, boto3']).catch(() => undefined)
  return found?.code === 0 ? undefined : 'python3 has no moto, pytest or boto3'
}

/** The Region that most of moto's tests are in; the plugin sets their account. */
export function twin() {
  return { options: ['--empty', '--region', 'us-east-1'] }
}

/** Results by test function, from pytest's own report. */
function resultsOf(text) {
  const results = new Map()
  for (const [, attributes, body = ''] of text.matchAll(
    /<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    const name = /(?:^|\s)name="([^"]*)"/.exec(attributes)?.[1]
    const group = /classname="([^"]*)"/.exec(attributes)?.[1]?.split('.').at(-1)
    const state = /<(failure|error|skipped)/.exec(body)?.[1] ?? 'passed'
    const message = /message="([^"]*)"/.exec(body)?.[1] ?? ''
    // Cases of one test count together: it passes when all of them do.
    const test = `${group}::${name.replace(/\[.*$/s, '')}`
    const known = results.get(test)
    if (known === undefined || known.state === 'passed') results.set(test, { state, message })
  }
  return results
}

/** Runs the files once; every test is a check or an expected deviation. */
export async function runSuite({ folder, twin: served }) {
  const suite = newSuite('moto')
  mkdirSync(folder, { recursive: true })
  const report = `${folder}/report.xml`
  const endpoint = served.endpoint
  const env = {
    ...served.env,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_REGION: 'us-east-1',
    TEST_SERVER_MODE: 'true',
    TEST_SERVER_MODE_ENDPOINT: endpoint,
    TWIN_CONTROL: JSON.stringify(served.control),
    PYTHONPATH: `${here}/python:${checkout}`,
    PYTHONDONTWRITEBYTECODE: '1',
  }
  const flags = ['-q', '-p', 'no:cacheprovider', '-p', 'twin_moto_plugin']
  const args = ['-m', 'pytest', ...flags, `--junitxml=${report}`, ...files]
  const { stderr, stdout } = await run('python3', args, { cwd: checkout, env })
  if (!existsSync(report)) throw new Error(stdout + stderr)
  const expected = JSON.parse(readFileSync(`${here}/moto-deviations.json`, 'utf8'))
  const reasons = new Map(
    expected.flatMap(({ reason, contradicts, tests }) =>
      tests.map((test) => [test, { reason, contradicts }]),
    ),
  )
  const results = resultsOf(readFileSync(report, 'utf8'))
  const tally = { passed: 0, contradicting: 0, lacking: 0, skipped: 0 }
  for (const [test, { message, state }] of results) {
    const reason = reasons.get(test)
    if (state === 'skipped') tally.skipped += 1
    else if (reason === undefined) {
      await suite.check(test, () => {
        if (state !== 'passed') throw new Error(message.replaceAll('&#10;', '\n    '))
      })
      if (state === 'passed') tally.passed += 1
    } else if (state === 'passed') {
      await suite.check(`${test} is no deviation any more`, () => {
        throw new Error(`it passes, although: ${reason.reason}`)
      })
    } else {
      suite.counts.deviations += 1
      if (reason.contradicts) tally.contradicting += 1
      else tally.lacking += 1
    }
  }
  const judged = results.size - tally.skipped - tally.contradicting
  const share = tally.passed / judged
  console.log(
    `  moto: ${tally.passed} of ${judged} tests that do not contradict AWS pass (${(100 * share).toFixed(1)} %); ${tally.contradicting} contradict it, ${tally.lacking} need what the twin lacks, ${tally.skipped} skipped by moto`,
  )
  await suite.check(`at least ${100 * shareMin} % of those that do not contradict AWS pass`, () => {
    if (share < shareMin) throw new Error(`${(100 * share).toFixed(1)} %`)
  })
  return suite.counts
}
