/** What must hold for the conversion of any text whatever. */

import { bootstrapFaults } from '../../src/nodes/bootstrap-faults.ts'
import { bottlerocketFaults } from '../../src/nodes/bottlerocket-user-data.ts'
import { convertUserData } from '../../src/nodes/convert/convert-user-data.ts'
import { inputCodes } from '../../src/nodes/convert/input-fault.ts'
import type {
  Conversion,
  ConversionTarget,
  ConvertOptions,
} from '../../src/nodes/convert/verdict.ts'
import { mimeFaults, parseMime } from '../../src/nodes/mime.ts'
import { nodeConfigFaults } from '../../src/nodes/node-config.ts'
import { parseBootstrap } from '../../src/nodes/user-data.ts'

/** Laws that a conversion breaks, one sentence each; empty when it keeps all. */
export function brokenConversionLaws(text: string, options: ConvertOptions): readonly string[] {
  const first = convertUserData(text, options)
  const again = convertUserData(text, options)
  return [
    ...(JSON.stringify(first) === JSON.stringify(again) ? [] : ['two runs differ']),
    ...lineFaults(text, first),
    ...findingFaults(first),
    ...resultFaults(first, options.target),
  ]
}

function lineFaults(text: string, { findings, lines }: Conversion): readonly string[] {
  const unix = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')
  const source = unix === '' ? [] : unix.replace(/\n$/, '').split('\n')
  const isSame = lines.length === source.length && lines.every((one, at) => one.text === source[at])
  const isNumbered = lines.every((one, at) => one.line === at + 1)
  const isTold = lines.every(
    ({ verdict, why }) => ['carried', 'dropped', 'blocking'].includes(verdict) && why !== '',
  )
  const hasErrors = findings.some(({ severity }) => severity === 'error')
  const blocks = lines.some(({ verdict }) => verdict === 'blocking')
  return [
    ...(isSame && isNumbered ? [] : ['the lines are not those of the input']),
    ...(isTold ? [] : ['a line has no verdict or no reason']),
    ...(blocks && !hasErrors ? ['a line blocks without a finding'] : []),
  ]
}

function findingFaults({ findings, lines }: Conversion): readonly string[] {
  const faults: string[] = []
  for (const { code, location, message, remedy, severity } of findings) {
    if (message === '' || remedy === '') faults.push(`${code} says nothing`)
    if (location === undefined) continue
    const line = lines[location.line - 1]
    if (line === undefined && code !== 'convert/empty') faults.push(`${code} has no line`)
    if (severity === 'error' && line !== undefined && line.verdict !== 'blocking') {
      faults.push(`${code} blocks on line ${location.line}, which does not`)
    }
  }
  return faults
}

function resultFaults(
  { findings, userData }: Conversion,
  target: ConversionTarget,
): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (/[\ue000-\uf8ff]/.test(userData)) {
    // Letters of the input itself come back; a mark that was forgotten would be one too many.
    return []
  }
  if (errors.some(({ code }) => inputCodes.has(code))) {
    return userData === '' ? [] : ['what cannot be read has a result']
  }
  if (userData === '') return []
  const hasPlaceholders = findings.some(({ code }) => code === 'convert/placeholder')
  if (errors.length > 0 || hasPlaceholders) return []
  return [...familyFaults(userData, target), ...bootstrapFaultsOf(userData, target)]
}

function familyFaults(userData: string, target: ConversionTarget): readonly string[] {
  if (target === 'Bottlerocket') {
    return bottlerocketFaults(userData).map(({ message }) => `the result: ${message}`)
  }
  const parts = parseMime(userData)
  if (parts === undefined) return ['the result is not MIME']
  const configs = parts.filter(({ contentType }) =>
    contentType.startsWith('application/node.eks.aws'),
  )
  const faults = [...mimeFaults(userData), ...configs.flatMap(({ body }) => nodeConfigFaults(body))]
  return faults.map(({ message }) => `the result: ${message}`)
}

function bootstrapFaultsOf(userData: string, target: ConversionTarget): readonly string[] {
  const bootstrap = parseBootstrap(target, userData)
  if (bootstrap === undefined) return ['the parser of the family does not read the result']
  return bootstrapFaults(target, bootstrap)
    .filter(
      (message) => !(target === 'Bottlerocket' && message.includes('service CIDR is missing')),
    )
    .map((message) => `read back: ${message}`)
}
