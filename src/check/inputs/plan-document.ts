/** A Terraform plan as `terraform show -json` prints it, taken apart. Check layer, pure. */

import { isRecord } from '../../nodes/field-schema.ts'
import type { PositionedYaml } from '../../world/documents/yaml-reader.ts'
import { listOf } from '../template-reading.ts'

type Json = Readonly<Record<string, unknown>>

/** What the plan does with one resource; deleted ones are left out. */
export interface PlannedResource {
  readonly address: string
  readonly module: string
  readonly type: string
  readonly name: string
  readonly index: string | number | undefined
  readonly action: 'create' | 'update' | 'replace' | 'keep'
  /** A replacement stands before what it replaces is gone. */
  readonly isCreatedFirst: boolean
  readonly before: Json
  readonly after: Json
  /** `true` for values that are known after the apply only. */
  readonly afterUnknown: Json
  /** Expressions of its block; undefined when the plan has no configuration for it. */
  readonly expressions: Json | undefined
  /** Its place in `resource_changes`. */
  readonly at: number
}

/** A plan, taken apart. */
export interface PlanDocument {
  readonly yaml: PositionedYaml
  readonly resources: readonly PlannedResource[]
  /** Addresses without indices of all data sources of the configuration. */
  readonly dataSources: readonly string[]
  /** Names of SSM parameters by the address of the data source, without indices. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Whether a JSON document is a plan. */
export function isPlan(value: Json): boolean {
  return isRecord(value.planned_values) && Array.isArray(value.resource_changes)
}

/** Takes a plan apart; parts that are not as Terraform writes them are left out. */
export function planDocument(yaml: PositionedYaml): PlanDocument {
  const value = isRecord(yaml.value) ? yaml.value : {}
  const blocks = configurationBlocks(value)
  const resources = listOf(value.resource_changes).flatMap((change, at) =>
    isRecord(change) ? (plannedResource(change, at, blocks) ?? []) : [],
  )
  return {
    yaml,
    resources,
    dataSources: [...blocks.keys()].filter((address) => /(?:^|\.)data\./.test(address)),
    parameters: parametersOf(value, blocks),
  }
}

type Blocks = ReadonlyMap<string, Json>

function plannedResource(change: Json, at: number, blocks: Blocks): PlannedResource | undefined {
  const { address, mode, module_address: module = '', name, type } = change
  const inner = isRecord(change.change) ? change.change : {}
  const actions = listOf(inner.actions).join(' ')
  const action = actionByWords[actions]
  if (action === undefined || mode === 'data' || typeof address !== 'string') return undefined
  const index = typeof change.index === 'number' ? change.index : change.index?.toString()
  const block = blocks.get(withoutIndices(address))
  return {
    address,
    module: String(module),
    type: String(type),
    name: String(name),
    index,
    action,
    isCreatedFirst: actions === 'create delete',
    before: recordOf(inner.before),
    after: recordOf(inner.after),
    afterUnknown: recordOf(inner.after_unknown),
    expressions: block === undefined ? undefined : recordOf(block.expressions),
    at,
  }
}

const actionByWords: Readonly<Record<string, PlannedResource['action']>> = {
  'no-op': 'keep',
  create: 'create',
  update: 'update',
  'create delete': 'replace',
  'delete create': 'replace',
}

/** `module.a["x"].aws_b.c[0]` as `module.a.aws_b.c`. */
export function withoutIndices(address: string): string {
  return address.replaceAll(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '')
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {}
}

/** Blocks of all modules by address without indices. */
function configurationBlocks(value: Json): Blocks {
  const blocks = new Map<string, Json>()
  const visit = (module: Json, prefix: string): void => {
    for (const one of listOf(module.resources)) {
      if (isRecord(one)) blocks.set(`${prefix}${String(one.address)}`, one)
    }
    for (const [name, call] of Object.entries(recordOf(module.module_calls))) {
      if (isRecord(call)) visit(recordOf(call.module), `${prefix}module.${name}.`)
    }
  }
  visit(recordOf(recordOf(value.configuration).root_module), '')
  return blocks
}

/** By what was read at the plan, or what the configuration says as a constant. */
function parametersOf(value: Json, blocks: Blocks): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const [address, { expressions, type }] of blocks) {
    const constant = recordOf(recordOf(expressions).name).constant_value
    if (type === 'aws_ssm_parameter' && typeof constant === 'string') names.set(address, constant)
  }
  const visit = (module: Json): void => {
    for (const one of listOf(module.resources)) {
      if (!isRecord(one) || one.type !== 'aws_ssm_parameter') continue
      const { name } = recordOf(one.values)
      if (typeof name === 'string') names.set(withoutIndices(String(one.address)), name)
    }
    for (const child of listOf(module.child_modules)) if (isRecord(child)) visit(child)
  }
  visit(recordOf(recordOf(recordOf(value.prior_state).values).root_module))
  return names
}

/** Addresses that an expression of a resource refers to, in full. */
export function referencesOf(
  { expressions, module }: PlannedResource,
  path: readonly string[],
): readonly string[] {
  let here: unknown = expressions
  for (const key of path) {
    const block: unknown = Array.isArray(here) ? here[0] : here
    here = isRecord(block) ? block[key] : undefined
  }
  const prefix = module === '' ? '' : `${withoutIndices(module)}.`
  const references = isRecord(here) ? listOf(here.references) : []
  return references.map((one) => `${prefix}${withoutIndices(String(one))}`)
}

/** Whether the configuration sets an argument; true when there is no configuration to look at. */
export function isConfigured({ expressions }: PlannedResource, key: string): boolean {
  return expressions === undefined || key in expressions
}
