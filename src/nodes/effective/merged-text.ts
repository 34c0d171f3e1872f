/** The user data that a node really gets: EKS's part and the team's. Nodes layer, pure. */

import { isRecord } from '../field-schema.ts'
import { type MimePart, parseMime, renderMime } from '../mime.ts'
import { parseToml, renderToml } from '../toml.ts'
import { type UserDataGauge, userDataBytesMax, userDataGauge } from '../user-data-size.ts'
import {
  eksBootstrapCall,
  eksFlags,
  eksNodeConfig,
  eksSettings,
  missingFactBytes,
  shownFacts,
} from './eks-part.ts'
import { isMerged, type NodeSource, type Origin, originOf } from './node-source.ts'

/** One part of the final text, in its order. */
export interface FinalPart {
  readonly origin: Origin
  /** MIME type, `text/plain` for a document of one part. */
  readonly contentType: string
  readonly text: string
}

/** What EC2 hands to the node. */
export interface FinalUserData {
  readonly text: string
  readonly parts: readonly FinalPart[]
  /** Of the team's own text, before EKS adds its part. */
  readonly ownBytes: number
  /** Of the final text; unknown facts of the cluster count with their usual size. */
  readonly gauge: UserDataGauge
  /** True while facts of the cluster are placeholders. */
  readonly isEstimate: boolean
  /** Sentences about what nobody has published. */
  readonly unverified: readonly string[]
}

const eks: Origin = { by: 'EKS' }

/** Never fails: a text that EKS could not merge is shown as it is, with the sentence that says so. */
export function finalUserDataOf(source: NodeSource): FinalUserData {
  const { userData } = source
  const ownBytes = userDataGauge(userData).bytes
  const { parts, text, unverified } = isMerged(source) ? merged(source) : ownAlone(source)
  const isEstimate = missingFactBytes(source) !== 0 && text.includes('<endpoint of ')
  const bytes = userDataGauge(text).bytes + (isEstimate ? missingFactBytes(source) : 0)
  return { text, parts, ownBytes, gauge: gaugeOf(bytes), isEstimate, unverified }
}

function gaugeOf(bytes: number): UserDataGauge {
  const isFull = bytes > Math.floor(userDataBytesMax * 0.9)
  const verdict = bytes > userDataBytesMax ? 'error' : isFull ? 'warning' : 'fits'
  return { bytes, bytesMax: userDataBytesMax, verdict }
}

type Merged = Pick<FinalUserData, 'parts' | 'text' | 'unverified'>

function ownAlone(source: NodeSource): Merged {
  return { text: source.userData, parts: ownParts(source), unverified: [] }
}

/** The team's parts with where they stand. */
function ownParts(source: NodeSource): readonly FinalPart[] {
  const { userData } = source
  if (userData === '') return []
  const parts = parseMime(userData)
  const whole = { origin: originOfText(source), contentType: 'text/plain', text: userData }
  if (parts === undefined) return [whole]
  return parts.map(({ body, contentType }) => ({
    origin: originOfPart(source, contentType, body),
    contentType,
    text: body,
  }))
}

/** A fleet file has several keys that end up in one text. */
function originOfText(source: NodeSource): Origin {
  const keys = ['userData', 'preBootstrapCommands', 'kubelet']
  const known = Object.keys(source.origins)
  const key = keys.find((one) => known.some((name) => name === one || name.startsWith(`${one}.`)))
  const name = known.find((one) => one === key || one.startsWith(`${key}.`))
  return name === undefined ? source.origin : (source.origins[name] ?? source.origin)
}

function originOfPart(source: NodeSource, contentType: string, body: string): Origin {
  const kubelet = Object.keys(source.origins).find((name) => name.startsWith('kubelet.'))
  const isOurs = contentType === 'application/node.eks.aws' || body.includes('kubelet-config.json')
  if (isOurs && kubelet !== undefined) return originOf(source, kubelet)
  const isCommand = contentType.startsWith('text/x-shellscript')
  const commands = source.origins.preBootstrapCommands
  return isCommand && commands !== undefined ? commands : originOfText(source)
}

function merged(source: NodeSource): Merged {
  if (source.family === 'Bottlerocket') return mergedSettings(source)
  if (source.family === 'Windows') return mergedPowerShell(source)
  const theirs = ownParts(source)
  if (source.userData !== '' && parseMime(source.userData) === undefined) {
    const refusal = 'EKS refuses it: User data was not in the MIME multipart format.'
    return { text: source.userData, parts: theirs, unverified: [refusal] }
  }
  if (source.family === 'AmazonLinux2023') {
    const part = {
      contentType: 'application/node.eks.aws',
      text: eksNodeConfig(source),
      origin: eks,
    }
    return document(
      [part, ...theirs],
      ["EKS's NodeConfig stands first in the documents that were seen; AWS publishes no order."],
    )
  }
  const contentType = 'text/x-shellscript; charset="us-ascii"'
  return document([...theirs, { contentType, text: eksBootstrapCall(source), origin: eks }], [])
}

function document(parts: readonly FinalPart[], unverified: readonly string[]): Merged {
  const mime = parts.map(({ contentType, text }): MimePart => ({ contentType, body: text }))
  return { text: renderMime(mime), parts, unverified }
}

function mergedSettings(source: NodeSource): Merged {
  const ours = { settings: { kubernetes: eksSettings(source) } }
  const text = renderToml(ours)
  const part = { origin: eks, contentType: 'text/plain', text }
  if (source.userData === '') return { text, parts: [part], unverified: [] }
  const parsed = parseToml(source.userData)
  if ('fault' in parsed) {
    const refusal = 'EKS refuses it: User data was not a TOML format that could be processed.'
    return { text: source.userData, parts: ownParts(source), unverified: [refusal] }
  }
  return {
    text: renderToml(overDeep(ours, parsed.document)),
    parts: [part, ...ownParts(source)],
    unverified: [
      "A team's settings win over EKS's by the user guide; max-pods was seen to differ.",
    ],
  }
}

function overDeep(
  below: Readonly<Record<string, unknown>>,
  above: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(above).map(([key, value]) => {
    const known = below[key]
    return [key, isRecord(known) && isRecord(value) ? overDeep(known, value) : value]
  })
  return { ...below, ...Object.fromEntries(entries) }
}

function mergedPowerShell(source: NodeSource): Merged {
  const facts = shownFacts(source)
  const own = /<powershell>\n?([\s\S]*?)<\/powershell>/i.exec(source.userData)?.[1] ?? ''
  const call = [
    '& "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"',
    `-EKSClusterName '${facts.name}' -APIServerEndpoint '${facts.endpoint}'`,
    `-Base64ClusterCA '${facts.certificateAuthority}' -DNSClusterIP '${facts.dnsIp}'`,
    `-KubeletExtraArgs '${eksFlags(source).join(' ')}'`,
  ].join(' ')
  return {
    text: `<powershell>\n${own}${call}\n</powershell>\n`,
    parts: [...ownParts(source), { origin: eks, contentType: 'text/plain', text: `${call}\n` }],
    unverified: [
      "The words of EKS's call on Windows are assumed; its place, after yours, is published.",
    ],
  }
}
