/** Which kind of input a file is, told by its content, and its facts. Check layer, pure. */

import type { AmiFamily } from '../../nodes/ami-parameters.ts'
import { isRecord } from '../../nodes/field-schema.ts'
import { type PositionedYaml, readYaml } from '../../world/documents/yaml-reader.ts'
import type { Finding } from '../../world/finding.ts'
import type { InputFacts } from '../facts.ts'
import { isLaunchTemplate, launchTemplateFacts } from './launch-template.ts'
import { isPlan } from './plan-document.ts'
import { planFacts } from './terraform-plan.ts'
import { isUserData, userDataFileFacts } from './user-data.ts'

/** A fleet file is read by its own loader; of all others the facts; or why there are none. */
export type ReadInput =
  | { readonly kind: 'fleet' }
  | { readonly kind: 'facts'; readonly facts: InputFacts }
  | { readonly findings: readonly Finding[] }

/** Reads a file of any kind; `amiFamily` is for those that do not say it. */
export function readInput(
  input: { readonly file: string; readonly bytes: Uint8Array | string },
  amiFamily: AmiFamily | undefined,
): ReadInput {
  const { bytes, file } = input
  const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)
  if (isFleetText(text)) return { kind: 'fleet' }
  if (!/^\s*\{/.test(text) && isUserData(text)) {
    return { kind: 'facts', facts: userDataFileFacts(file, text, amiFamily) }
  }
  const { findings, yaml } = readYaml(file, bytes)
  if (yaml === undefined) return { findings }
  return ofDocument(yaml, amiFamily) ?? { findings: [unknownInput(file)] }
}

/** One of its marks is enough, even where the text as a whole is no YAML: that is the loader's to say. */
function isFleetText(text: string): boolean {
  if (/^\s*\{/.test(text)) return false
  return (
    /^(?:kind:\s*["']?Fleet\b|apiVersion:\s*["']?regroup\.dev\/)/m.test(text) ||
    (/^nodeGroups:/m.test(text) && /^clusters:/m.test(text))
  )
}

function ofDocument(yaml: PositionedYaml, amiFamily: AmiFamily | undefined): ReadInput | undefined {
  const { value } = yaml
  if (!isRecord(value)) return undefined
  if (String(value.apiVersion ?? '').startsWith('regroup.dev/')) return { kind: 'fleet' }
  if (isLaunchTemplate(value)) return { kind: 'facts', facts: launchTemplateFacts(yaml, amiFamily) }
  return isPlan(value) ? { kind: 'facts', facts: planFacts(yaml, amiFamily) } : undefined
}

function unknownInput(file: string): Finding {
  return {
    code: 'check/unknown-input',
    severity: 'error',
    message: 'it is none of the files that check reads',
    remedy:
      'Give a fleet file (kind: Fleet), `aws ec2 describe-launch-template-versions` or `terraform show -json` output, or user data.',
    location: { file, line: 1, column: 1 },
  }
}
