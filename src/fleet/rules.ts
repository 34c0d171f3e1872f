/** Semantic checks over the raw file: they also report when other parts are broken. Fleet layer, pure. */

import { instanceType, instanceTypeNames } from '../nodes/instance-types.ts'
import { labelFault } from '../nodes/label-faults.ts'
import type { MimePart } from '../nodes/mime.ts'
import { nodeConfigFaults } from '../nodes/node-config.ts'
import { partsOf as userPartsOf } from '../nodes/user-parts.ts'
import { nearest } from '../world/documents/nearest.ts'
import { textOf } from '../world/documents/shape-findings.ts'
import type { PositionedYaml } from '../world/documents/yaml-reader.ts'
import type { Finding } from '../world/finding.ts'

/** EKS takes 1 to 63 characters, Kubernetes 0 to 63. */
const labelCharsMax = 63

type Path = readonly (string | number)[]
type Json = Readonly<Record<string, unknown>>

/** Defaults, a group entry, an include entry or an override with its place. */
interface Part {
  readonly path: Path
  readonly value: Json
}

/** All findings of all rules, in no particular order. */
export function semanticFindings(yaml: PositionedYaml): readonly Finding[] {
  const parts = partsOf(yaml.value)
  return [
    ...parts.flatMap((part) => typeFindings(part, yaml)),
    ...parts.flatMap((part) => labelFindings(part, yaml)),
    ...parts.flatMap((part) => userDataFindings(part, yaml)),
    ...parts.flatMap((part) => updateFindings(part, yaml)),
    ...variableFindings(yaml),
    ...parts.flatMap((part) => unusedFindings(part, yaml)),
    ...rolloutFindings(yaml),
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
  const parts: Part[] = []
  const add = (path: Path, value: unknown): void => {
    if (isJson(value)) parts.push({ path, value })
  }
  add(['defaults'], root.defaults)
  listOf(root.nodeGroups).forEach((entry, index) => {
    const path: Path = ['nodeGroups', index]
    add(path, entry)
    if (!isJson(entry)) return
    listOf(entry.include).forEach((one, at) => {
      add([...path, 'include', at], one)
    })
  })
  listOf(root.clusters).forEach((entry, index) => {
    if (isJson(entry)) add(['clusters', index, 'override'], entry.override)
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

function typeFindings({ path, value }: Part, yaml: PositionedYaml): readonly Finding[] {
  return listOf(value.instanceTypes).flatMap((name, index) => {
    if (typeof name !== 'string') return []
    const where: Path = [...path, 'instanceTypes', index]
    if (instanceType(name) !== undefined) return []
    const near = nearest(name, instanceTypeNames())
    return finding(yaml, where, {
      code: 'fleet/unknown-instance-type',
      message: `${name} is not an EC2 instance type that we know`,
      remedy: near === undefined ? 'Check the name.' : `Did you mean ${near}?`,
    })
  })
}

function labelFindings({ path, value }: Part, yaml: PositionedYaml): readonly Finding[] {
  const { labels } = value
  if (!isJson(labels)) return []
  return Object.entries(labels).flatMap(([key, text]) => {
    const where: Path = [...path, 'labels', key]
    const prefix = key.includes('/') ? key.slice(0, key.indexOf('/')) : ''
    if (/(^|\.)(kubernetes\.io|k8s\.io|eks\.amazonaws\.com)$/.test(prefix)) {
      return finding(yaml, where, {
        code: 'fleet/reserved-label',
        message: `label ${key} has a reserved prefix; EKS answers "Label cannot contain reserved prefixes"`,
        remedy: 'Use a prefix of your own.',
      })
    }
    const plain = typeof text === 'string' ? text.replace(/\$\(\w+\)/g, 'x') : ''
    const fault = labelFault(key, plain)
    if (fault === undefined && plain.length <= labelCharsMax) return []
    return finding(yaml, where, {
      code: 'fleet/invalid-label',
      message: fault ?? `the value of label ${key} has more than ${labelCharsMax} characters`,
      remedy: 'Use letters, digits, - _ and . only, 63 at most.',
    })
  })
}

/** Scripts and documents that cloud-init or nodeadm would read differently than they were meant. */
function userDataFindings({ path, value }: Part, yaml: PositionedYaml): readonly Finding[] {
  if (typeof value.userData !== 'string') return []
  const found = userPartsOf(value.userData)
  if ('parts' in found) return nodeConfigFindings({ path, value }, found.parts, yaml)
  return found.faults.map(({ line, message }) =>
    finding(yaml, [...path, 'userData'], {
      code: 'fleet/user-data',
      message: `line ${line} of the user data: ${message}`,
      remedy: 'Write MIME multipart, a script that begins with #!, or a NodeConfig.',
    }),
  )
}

/** What nodeadm would drop without a word, or lose everything by; by the pinned release if there is one. */
function nodeConfigFindings(
  { path, value }: Part,
  parts: readonly MimePart[],
  yaml: PositionedYaml,
): readonly Finding[] {
  const { releaseVersion } = value
  const release = typeof releaseVersion === 'string' ? { release: releaseVersion } : {}
  return parts
    .filter((part) => part.contentType.startsWith('application/node.eks.aws'))
    .flatMap((part) => nodeConfigFaults(part.body, release))
    .map(({ kind, message }) =>
      finding(yaml, [...path, 'userData'], {
        code: 'fleet/node-config',
        message,
        remedy:
          kind === 'too-new' ? 'Pin a newer release, or leave it out.' : 'Mend the NodeConfig.',
      }),
    )
}

function updateFindings({ path, value }: Part, yaml: PositionedYaml): readonly Finding[] {
  const { updateConfig } = value
  if (!isJson(updateConfig)) return []
  const { maxUnavailable, maxUnavailablePercentage } = updateConfig
  if (maxUnavailable === undefined || maxUnavailablePercentage === undefined) return []
  return [
    finding(yaml, [...path, 'updateConfig'], {
      code: 'fleet/both-max-unavailable',
      message: 'maxUnavailable and maxUnavailablePercentage exclude each other; EKS refuses both',
      remedy: 'Keep one of them.',
    }),
  ]
}

const variables: readonly string[] = ['arch', 'az', 'azIndex', 'capacity', 'cluster', 'region']

/** In scripts $(...) is the shell's. */
const scriptKeys: ReadonlySet<string> = new Set(['preBootstrapCommands', 'userData'])

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
      for (const [key, one] of Object.entries(value)) {
        if (!scriptKeys.has(key)) visit(one, [...path, key])
      }
  }
  visit(yaml.value, [])
  return findings
}

/** Part of the format, but not of what this release does: told, so that nobody relies on it. */
function unusedFindings({ path, value }: Part, yaml: PositionedYaml): readonly Finding[] {
  if (value.securityGroupSelector === undefined) return []
  const message =
    'this release does not use securityGroupSelector: EKS attaches the security group of the cluster'
  return [warning(yaml, [...path, 'securityGroupSelector'], message)]
}

function rolloutFindings(yaml: PositionedYaml): readonly Finding[] {
  if (!isJson(yaml.value) || yaml.value.rollout === undefined) return []
  const message =
    'this release does not use rollout: it moves one cluster at a time, when you start it'
  return [warning(yaml, ['rollout'], message)]
}

function warning(yaml: PositionedYaml, path: Path, message: string): Finding {
  const remedy = 'Leave it in for later releases, or remove it.'
  return {
    ...finding(yaml, path, { code: 'fleet/not-used', message, remedy }),
    severity: 'warning',
  }
}
