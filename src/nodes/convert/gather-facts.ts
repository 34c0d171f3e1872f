/** The facts of the cluster: from the call, from the options, never guessed. Nodes layer. */

import type { ClusterFacts } from '../bootstrap.ts'
import { completeFacts } from '../bootstrap-members.ts'
import type { CallMembers } from './call-arguments.ts'
import { type State, tell } from './state.ts'
import type { ConvertOptions } from './verdict.ts'

const factNames = {
  endpoint: 'the endpoint of the API server',
  certificateAuthority: 'the certificate authority',
  serviceCidr: 'the service CIDR',
} as const

const optionNames = {
  endpoint: '--endpoint',
  certificateAuthority: '--certificate-authority',
  serviceCidr: '--service-cidr',
} as const

const describeFields = {
  endpoint: 'cluster.endpoint',
  certificateAuthority: 'cluster.certificateAuthority.data',
  serviceCidr: 'cluster.kubernetesNetworkConfig.serviceIpv4Cidr',
} as const

type Fact = keyof typeof factNames

/** Those of the call, filled up from the options; what is missing blocks. */
export function gatherFacts(
  told: CallMembers,
  options: ConvertOptions,
  state: State,
): ClusterFacts {
  const line = state.call?.lines.firstLine ?? 0
  const given = { ...told.cluster }
  const range = state.serviceRange
  if (given.serviceCidr === undefined && range !== undefined)
    Object.assign(given, { serviceCidr: range })
  const isRangeTold = given.serviceCidr !== undefined
  if (told.guessesDns && !isRangeTold) tellGuess(line, state)
  const facts: Record<string, string> = { ...completeFacts(given) }
  for (const fact of Object.keys(factNames) as Fact[]) {
    const option = options[fact]
    const known = facts[fact] ?? ''
    if (
      option !== undefined &&
      known !== '' &&
      known !== option &&
      state.marks.in(known).length === 0
    ) {
      const why = `${factNames[fact]} is ${known} in the script and ${option} in ${optionNames[fact]}`
      block(why, `Leave ${optionNames[fact]} out, or mend the script.`, line, state)
    }
    if (option !== undefined) facts[fact] = option
    // The address follows from the range, so a placeholder gives Bottlerocket none.
    const isNoUse = fact === 'serviceCidr' && state.target === 'Bottlerocket'
    if (isNoUse && state.marks.in(facts[fact] ?? '').length > 0) facts[fact] = ''
    const isSaid =
      fact === 'serviceCidr' && state.target === 'Bottlerocket' && told.clusterDns.length > 0
    if (facts[fact] === '' && !isSaid) missing(fact, line, state)
  }
  for (const [fact, value] of Object.entries(facts)) {
    if (state.marks.has(value, 'boot', 'directive')) facts[fact] = ''
  }
  return facts as unknown as ClusterFacts
}

function tellGuess(line: number, state: State): void {
  tell(state, {
    code: 'convert/dns-guessed',
    severity: 'warning',
    message:
      'endpoint and certificate authority without --dns-cluster-ip or a service CIDR: bootstrap.sh guesses the DNS ' +
      'address (172.20.0.10 in a VPC that begins with 10., else 10.100.0.10), wrong for a CIDR of your own and for IPv6',
    remedy: 'Compare with: aws eks describe-cluster --query cluster.kubernetesNetworkConfig',
    line,
  })
}

function missing(fact: Fact, line: number, state: State): void {
  if (state.target === 'Bottlerocket' && fact === 'serviceCidr') {
    tellAsked(line, state)
    return
  }
  const why =
    fact === 'serviceCidr'
      ? `${factNames[fact]} is not in the script, a DNS address does not tell it, and nodeadm never looks it up`
      : `${factNames[fact]} is not in the script; the new family does not look it up`
  const remedy = `Give ${optionNames[fact]}; aws eks describe-cluster --query ${describeFields[fact]} prints it.`
  block(why, remedy, line, state)
}

function tellAsked(line: number, state: State): void {
  if (state.call === undefined) return
  tell(state, {
    code: 'convert/dns-asked',
    severity: 'warning',
    message:
      'without a service CIDR Bottlerocket asks EKS for the DNS address at boot, and guesses when it may not ask',
    remedy: 'Give --service-cidr to say it.',
    line,
  })
}

function block(why: string, remedy: string, line: number, state: State): void {
  state.notes.add(line, line, 'blocking', why)
  tell(state, { code: 'convert/cluster-fact', severity: 'error', message: why, remedy, line })
}
