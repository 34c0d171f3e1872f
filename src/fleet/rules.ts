/** Semantic checks over the raw file: they also report when other parts are broken. Fleet layer, pure. */

import { instanceType, instanceTypeNames } from '../nodes/instance-types.ts'
import type { Finding } from '../world/finding.ts'
import { textOf } from './shape-findings.ts'
import { nearest } from './suggest.ts'
import type { PositionedYaml } from './yaml-reader.ts'

type Path = readonly (string | number)[]
type Json = Readonly<Record<string, unknown>>

/** A group entry or an include entry with its place. */
interface Part {
  readonly path: Path
  readonly value: Json
  /** The entry it refines: its values count where the part has none. */
  readonly base: Json
}

/** All findings of all rules, in no particular order. */
export function semanticFindings(yaml: PositionedYaml): readonly Finding[] {
  const parts = partsOf(yaml.value)
  return [
    ...parts.flatMap((part) => sizeFindings(part, yaml)),
    ...parts.flatMap((part) => typeFindings(part, yaml)),
    ...parts.flatMap((part) => labelFindings(part, yaml)),
    ...parts.flatMap((part) => familyFindings(part, yaml)),
    ...variableFindings(yaml),
  ]
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function partsOf(root: unknown): readonly Part[] {
  if (!isJson(root)) return []
  const defaults = isJson(root.defaults) ? root.defaults : {}
  const parts: Part[] = [{ path: ['defaults'], value: defaults, base: {} }]
  listOf(root.nodeGroups).forEach((entry, index) => {
    if (!isJson(entry)) return
    const path: Path = ['nodeGroups', index]
    const base = { ...defaults, ...entry }
    parts.push({ path, value: entry, base })
    listOf(entry.include).forEach((one, at) => {
      if (isJson(one))
        parts.push({ path: [...path, 'include', at], value: one, base: { ...base, ...one } })
    })
  })
  listOf(root.clusters).forEach((entry, index) => {
    if (!isJson(entry) || !isJson(entry.override)) return
    const value = entry.override
    parts.push({ path: ['clusters', index, 'override'], value, base: { ...defaults, ...value } })
  })
  return parts
}

function finding(
  yaml: PositionedYaml,
  path: Path,
  what: { readonly code: string; readonly message: string; readonly remedy: string },
): Finding {
  return { ...what, severity: 'error', path: textOf(path), location: yaml.locate(path) }
}

function sizeFindings({ base, path, value }: Part, yaml: PositionedYaml): readonly Finding[] {
  const { maxSize, minSize } = base
  const isStated = value.minSize !== undefined || value.maxSize !== undefined
  if (!isStated || typeof minSize !== 'number' || typeof maxSize !== 'number') return []
  if (minSize <= maxSize) return []
  const key = value.minSize === undefined ? 'maxSize' : 'minSize'
  return [
    finding(yaml, [...path, key], {
      code: 'fleet/min-above-max',
      message: `minSize ${minSize} is greater than maxSize ${maxSize}; EKS refuses the group`,
      remedy: 'Raise maxSize or lower minSize.',
    }),
  ]
}

function typeFindings({ base, path, value }: Part, yaml: PositionedYaml): readonly Finding[] {
  return listOf(value.instanceTypes).flatMap((name, index) => {
    if (typeof name !== 'string') return []
    const where: Path = [...path, 'instanceTypes', index]
    const type = instanceType(name)
    if (type === undefined) {
      const near = nearest(name, instanceTypeNames())
      return finding(yaml, where, {
        code: 'fleet/unknown-instance-type',
        message: `${name} is not an EC2 instance type that we know`,
        remedy: near === undefined ? 'Check the name.' : `Did you mean ${near}?`,
      })
    }
    const arch = base.arch
    if (typeof arch !== 'string' || type.arch === arch) return []
    return finding(yaml, where, {
      code: 'fleet/architecture-mismatch',
      message: `${name} is ${type.arch}, but the group says arch ${arch}; its AMI would not boot`,
      remedy: `Use ${arch} types here, or set arch: ${type.arch}.`,
    })
  })
}

function labelFindings({ path, value }: Part, yaml: PositionedYaml): readonly Finding[] {
  const { labels } = value
  if (!isJson(labels)) return []
  return Object.keys(labels).flatMap((key) => {
    const prefix = key.includes('/') ? key.slice(0, key.indexOf('/')) : ''
    if (!/(^|\.)(kubernetes\.io|k8s\.io|eks\.amazonaws\.com)$/.test(prefix)) return []
    return finding(yaml, [...path, 'labels', key], {
      code: 'fleet/reserved-label',
      message: `label ${key} has a reserved prefix; EKS answers "Label cannot contain reserved prefixes"`,
      remedy: 'Use a prefix of your own.',
    })
  })
}

function familyFindings({ base, path, value }: Part, yaml: PositionedYaml): readonly Finding[] {
  const family = value.amiFamily ?? undefined
  const version = base.kubernetesVersion
  if (family !== 'AmazonLinux2' || typeof version !== 'string') return []
  if (Number(version.slice(2)) <= 32) return []
  return [
    finding(yaml, [...path, 'amiFamily'], {
      code: 'fleet/al2-ended',
      message: `there are no Amazon Linux 2 images for Kubernetes ${version}; the last is 1.32`,
      remedy: 'Use AmazonLinux2023.',
    }),
  ]
}

const variables: readonly string[] = ['arch', 'az', 'azIndex', 'capacity', 'cluster', 'region']

/** Every text of the file. */
function variableFindings(yaml: PositionedYaml): readonly Finding[] {
  const findings: Finding[] = []
  const visit = (value: unknown, path: Path): void => {
    if (typeof value === 'string') {
      for (const match of value.matchAll(/\$\(([^)]*)\)/g)) {
        const name = match[1] ?? ''
        if (variables.includes(name)) continue
        const near = nearest(name, variables)
        findings.push(
          finding(yaml, path, {
            code: 'fleet/unknown-variable',
            message: `$(${name}) is not a variable`,
            remedy:
              near === undefined
                ? `Use one of ${variables.join(', ')}.`
                : `Did you mean $(${near})?`,
          }),
        )
      }
    } else if (Array.isArray(value))
      value.forEach((one, index) => {
        visit(one, [...path, index])
      })
    else if (isJson(value))
      for (const [key, one] of Object.entries(value)) visit(one, [...path, key])
  }
  visit(yaml.value, [])
  return findings
}
