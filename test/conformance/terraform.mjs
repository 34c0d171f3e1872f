// Terraform with its AWS provider, unmodified: whole cycles of two configurations.
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expectText, newSuite, run } from './suite.mjs'

const provider = 'registry.terraform.io/hashicorp/aws'

/** The unpacked provider: by environment, else in the usual places. Undefined when there is none. */
function mirror() {
  const places = [
    process.env.TF_MIRROR,
    process.env.TF_PLUGIN_CACHE_DIR,
    '/opt/tf-plugins',
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
    `${process.env.HOME}/.terraform.d/plugins`,
    `${process.env.HOME}/.terraform.d/plugin-cache`,
  ]
  return places.find((one) => one !== undefined && existsSync(`${one}/${provider}`))
}

/** Why the suite cannot run; undefined when it can. */
export async function missing() {
  const found = await run('terraform', ['version']).catch(() => undefined)
  if (found?.code !== 0) return 'terraform is not on PATH'
  return mirror() === undefined ? `no unpacked mirror of ${provider} (TF_MIRROR)` : undefined
}

/** One configuration in a folder of its own. */
function workspace(name, { env, folder }) {
  const cwd = `${folder}/terraform-${name}`
  mkdirSync(cwd, { recursive: true })
  cpSync(fileURLToPath(new URL(`terraform/${name}`, import.meta.url)), cwd, { recursive: true })
  const rc = `${cwd}/terraform.rc`
  const path = JSON.stringify(mirror())
  writeFileSync(rc, `provider_installation {\n  filesystem_mirror {\n    path = ${path}\n  }\n}\n`)
  const quiet = { TF_CLI_CONFIG_FILE: rc, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' }
  const terraform = async (args, codes = [0]) => {
    const result = await run('terraform', args, { cwd, env: { ...env, ...quiet } })
    if (codes.includes(result.code)) return result.stdout + result.stderr
    throw new Error(
      `terraform ${args[0]} ended with ${result.code}: ${result.stderr || result.stdout}`,
    )
  }
  const variables = (values) =>
    Object.entries(values).flatMap(([key, value]) => ['-var', `${key}=${value}`])
  const flags = ['-no-color', '-input=false']
  return {
    init: () => terraform(['init', ...flags]),
    apply: (values = {}, codes = [0]) =>
      terraform(['apply', '-auto-approve', ...flags, ...variables(values)], codes),
    /** 0 = nothing to do, 2 = changes. */
    plan: (values = {}, codes = [0]) =>
      terraform(['plan', '-detailed-exitcode', ...flags, ...variables(values)], codes),
    destroy: (values = {}) =>
      terraform(['destroy', '-auto-approve', ...flags, ...variables(values)]),
    forget: (...addresses) => terraform(['state', 'rm', '-no-color', ...addresses]),
    import: (values, address, id) =>
      terraform(['import', ...flags, ...variables(values), address, id]),
    state: (address) => terraform(['state', 'show', '-no-color', address]),
    list: () => terraform(['state', 'list']),
  }
}

/** The migration's shape: from nothing to nothing, with an upgrade and an import on the way. */
async function migration(suite, place) {
  const tf = workspace('migration', place)
  const { check } = suite
  const other = { team: 'other' }
  const newer = { ...other, kubernetes_version: '1.33' }
  await check('migration: init', () => tf.init())
  await check('migration: apply', () => tf.apply())
  await check('migration: clean plan', () => tf.plan())
  await check('migration: tag change in place', async () => {
    expectText(await tf.plan(other, [2]), '0 to add, 4 to change, 0 to destroy')
    await tf.apply(other)
  })
  await check('migration: clean plan after the tag change', () => tf.plan(other))
  await check('migration: new version and image in place', async () => {
    expectText(await tf.apply(newer), '0 added, 5 changed, 0 destroyed')
    const group = await tf.state('aws_eks_node_group.this[1]')
    expectText(group, 'ami_type               = "CUSTOM"')
  })
  await check('migration: clean plan after the upgrade', () => tf.plan(newer))
  await check('migration: import by id', async () => {
    const template = /id\s+= "(lt-[0-9a-f]{17})"/.exec(await tf.state('aws_launch_template.this'))
    await tf.forget('aws_eks_node_group.this[0]', 'aws_launch_template.this')
    await tf.import(newer, 'aws_launch_template.this', template?.[1])
    await tf.import(newer, 'aws_eks_node_group.this[0]', 'demo:demo-0-spot-arm64')
    await tf.plan(newer)
  })
  await check('migration: destroy', () => tf.destroy(newer))
  await check('migration: nothing left', async () => {
    const left = await tf.list()
    if (left.trim() !== '') throw new Error(left)
  })
}

/** Nodes that never join: the provider reports the health issue and taints. */
async function taint(suite, place) {
  const tf = workspace('migration', { ...place, folder: `${place.folder}/taint` })
  const { check } = suite
  const fault = { fault: 'wrong-cluster' }
  await check('taint: CREATE_FAILED is reported', async () => {
    await tf.init()
    const text = await tf.apply(fault, [1])
    expectText(
      text.replace(/\s*│?\s+/g, ' '),
      "unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'",
    )
    expectText(text.replace(/\s*│?\s+/g, ' '), 'NodeCreationFailure')
  })
  await check('taint: the next plan replaces the groups', async () => {
    const text = await tf.plan({}, [2])
    expectText(text, 'is tainted, so must be replaced')
  })
  await check('taint: destroy', () => tf.destroy(fault))
}

/** Groups of both forms, add-on, access, and what changes in place or by replacement. */
async function groups(suite, place) {
  const tf = workspace('groups', place)
  const { check } = suite
  await check('groups: apply', async () => {
    await tf.init()
    await tf.apply()
  })
  await check('groups: clean plan', () => tf.plan())
  const steps = [
    [
      'labels, taints, sizes and update_config in place',
      { step: '1' },
      '0 to add, 1 to change, 0 to destroy',
    ],
    [
      'force_update_version with a new template version',
      { step: '2' },
      '0 to add, 4 to change, 0 to destroy',
    ],
    [
      'a renamed group is replaced',
      { step: '2', suffix: 'b' },
      '2 to add, 0 to change, 2 to destroy',
    ],
  ]
  for (const [what, values, text] of steps) {
    await check(`groups: ${what}`, async () => {
      expectText(await tf.plan(values, [2]), text)
      await tf.apply(values)
    })
    await check(`groups: clean plan after: ${what}`, () => tf.plan(values))
  }
  await check('groups: destroy', () => tf.destroy({ step: '2', suffix: 'b' }))
  await check('groups: nothing left', async () => {
    const left = await tf.list()
    if (left.trim() !== '') throw new Error(left)
  })
}

/** All configurations, one after the other, on one twin. */
export async function runSuite({ folder, twin }) {
  const suite = newSuite('terraform')
  const place = { folder, env: twin.env }
  mkdirSync(folder, { recursive: true })
  const timed = async (name, part) => {
    const startedMs = performance.now()
    const waitedMs = twin.waitedMs()
    await part(suite, place)
    const wall = performance.now() - startedMs
    const waited = twin.waitedMs() - waitedMs
    const share = ((100 * waited) / wall).toFixed(1)
    console.log(
      `  terraform ${name}: ${(wall / 1000).toFixed(0)} s, ${share} % waiting for the twin`,
    )
    return { wall, waited }
  }
  const cycle = await timed('migration', migration)
  await suite.check('no more than 20 % of the cycle is spent waiting for the twin', () => {
    if (cycle.waited > 0.2 * cycle.wall) throw new Error(`${cycle.waited} of ${cycle.wall} ms`)
  })
  await timed('taint', taint)
  await timed('groups', groups)
  return suite.counts
}

/** Versions of what judges, for the report. */
export function judge() {
  const versions = `${mirror()}/${provider}`
  return `terraform with hashicorp/aws ${existsSync(versions) ? readdirSync(versions).join(', ') : ''}`
}
