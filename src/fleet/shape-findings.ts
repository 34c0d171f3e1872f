/** Schema issues as findings with positions, remedies and suggestions. Fleet layer, pure. */

import type { z } from 'zod'
import type { Finding } from '../world/finding.ts'
import { nearest } from './suggest.ts'
import type { PositionedYaml } from './yaml-reader.ts'

/** Every issue of a parse, one finding per unknown key. */
export function shapeFindings(error: z.ZodError, yaml: PositionedYaml): readonly Finding[] {
  return error.issues.flatMap((issue) => findingsOf(issue as Issue, yaml))
}

interface Issue {
  readonly code: string
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly keys?: readonly string[]
  readonly values?: readonly unknown[]
  readonly input?: unknown
  readonly expected?: string
  readonly errors?: readonly (readonly Issue[])[]
}

/** Words of the file format, for suggestions. */
const knownKeys: readonly string[] = [
  'addons',
  'amiFamily',
  'apiVersion',
  'approval',
  'arch',
  'availabilityZone',
  'autoScalingGroup',
  'barePods',
  'canary',
  'capacityType',
  'clusterAutoscaler',
  'clusterSelector',
  'clusters',
  'controlPlaneSoak',
  'defaults',
  'ebsOptimized',
  'effect',
  'emptySoak',
  'exclude',
  'from',
  'include',
  'instanceTypes',
  'iops',
  'jobDeadline',
  'jobs',
  'key',
  'kind',
  'kubelet',
  'kubernetesVersion',
  'labels',
  'limit',
  'maintenanceWindow',
  'manageImage',
  'matrix',
  'maxConcurrency',
  'maxFailures',
  'maxSize',
  'maxUnavailable',
  'maxUnavailablePercentage',
  'metadata',
  'migration',
  'minSize',
  'name',
  'names',
  'nodeDeadline',
  'nodeGroups',
  'nodeRole',
  'override',
  'overrides',
  'podDeadline',
  'priority',
  'priorityExpander',
  'region',
  'releaseVersion',
  'rollout',
  'securityGroupSelector',
  'size',
  'soak',
  'stages',
  'subnetSelector',
  'surge',
  'tags',
  'taints',
  'throughput',
  'type',
  'updateConfig',
  'value',
  'virtualBudget',
  'volume',
]

function findingsOf(issue: Issue, yaml: PositionedYaml): readonly Finding[] {
  const path = textOf(issue.path)
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => {
      const near = nearest(key, knownKeys)
      return {
        code: 'fleet/unknown-key',
        severity: 'error',
        message: `unknown key ${key}${path === '' ? '' : ` in ${path}`}`,
        remedy: near === undefined ? 'Remove it.' : `Did you mean ${near}?`,
        path: path === '' ? key : `${path}.${key}`,
        location: yaml.locateKey(issue.path, key),
      }
    })
  }
  return [
    {
      code: `fleet/${codeOf(issue)}`,
      severity: 'error',
      message: `${path} ${messageOf(issue, yaml)}`,
      remedy: remedyOf(issue, yaml),
      path,
      location: yaml.locate(issue.path),
    },
  ]
}

function codeOf(issue: Issue): string {
  if (issue.code === 'invalid_value') return 'unknown-value'
  if (issue.code === 'invalid_type') return valueMissing(issue) ? 'missing-key' : 'wrong-type'
  if (issue.code === 'too_small' || issue.code === 'too_big') return 'out-of-range'
  return 'invalid-value'
}

function valueMissing(issue: Issue): boolean {
  return issue.message.includes('received undefined')
}

function messageOf(issue: Issue, yaml: PositionedYaml): string {
  if (issue.code === 'invalid_value') {
    return `is ${JSON.stringify(valueAt(yaml.value, issue.path))}, which is not one of its values`
  }
  if (issue.code === 'invalid_type' && valueMissing(issue)) return 'is missing'
  if (issue.code === 'invalid_union') {
    const inner = issue.errors?.flat().find((one) => one.code === 'invalid_format')
    return inner?.message ?? 'has the wrong form'
  }
  return issue.message
    .replace(/^Invalid input: /, '')
    .replace(/^(Too (small|big)): /, 'is out of range: ')
}

function remedyOf(issue: Issue, yaml: PositionedYaml): string {
  const value = valueAt(yaml.value, issue.path)
  if (issue.code === 'invalid_value') {
    const values = (issue.values ?? []).map(String)
    const near = nearest(String(value), values)
    return near === undefined ? `Use one of ${values.join(', ')}.` : `Did you mean ${near}?`
  }
  if (issue.code === 'invalid_type' && valueMissing(issue)) return 'Add it; see docs/fleet-file.md.'
  if (issue.code === 'too_small' || issue.code === 'too_big')
    return 'Choose a value within the range.'
  return `Write it as docs/fleet-file.md shows${value === undefined ? '' : `; it is ${JSON.stringify(value)} now`}.`
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Readonly<Record<string | number, unknown>> | undefined)?.[key],
    value,
  )
}

/** `nodeGroups[0].taints[1].effect`. */
export function textOf(path: readonly (string | number)[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '')
}
