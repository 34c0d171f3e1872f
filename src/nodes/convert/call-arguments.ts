/** The arguments of bootstrap.sh as members of a bootstrap; what becomes of each of its lines. Nodes layer. */

import type { Bootstrap, ClusterFacts } from '../bootstrap.ts'
import { extraWords, type KubeletArguments, kubeletArguments } from './kubelet-arguments.ts'
import { noteOutcome } from './note-outcome.ts'
import { blocking, carried, dropped, type Outcome } from './outcome.ts'
import { contentPath, type State, tell } from './state.ts'
import type { Call } from './state-parts.ts'

/** What a call says. */
export interface CallMembers {
  readonly cluster: Partial<ClusterFacts>
  readonly clusterDns: readonly string[]
  readonly extra: KubeletArguments
  readonly usesMaxPods: boolean
  readonly localStorage: Bootstrap['localStorage']
  readonly containerdConfigPath: string | undefined
  readonly dockerConfig: string | undefined
  readonly isDocker: boolean
  /** Endpoint and CA are given, the service range and DNS are not: bootstrap.sh guesses. */
  readonly guessesDns: boolean
}

interface Option {
  readonly value: string
  readonly line: number
  /** Where the option itself stands; equal to `line` for free words. */
  readonly nameLine: number
}

/** Options of bootstrap.sh with the variable that stands for each. */
const variables: Readonly<Record<string, string>> = {
  '--apiserver-endpoint': 'APISERVER_ENDPOINT',
  '--aws-api-retry-attempts': 'API_RETRY_ATTEMPTS',
  '--b64-cluster-ca': 'B64_CLUSTER_CA',
  '--cluster-id': 'CLUSTER_ID',
  '--container-runtime': 'CONTAINER_RUNTIME',
  '--containerd-config-file': 'CONTAINERD_CONFIG_FILE',
  '--dns-cluster-ip': 'DNS_CLUSTER_IP',
  '--docker-config-json': 'DOCKER_CONFIG_JSON',
  '--enable-docker-bridge': 'ENABLE_DOCKER_BRIDGE',
  '--enable-local-outpost': 'ENABLE_LOCAL_OUTPOST',
  '--ip-family': 'IP_FAMILY',
  '--kubelet-extra-args': 'KUBELET_EXTRA_ARGS',
  '--local-disks': 'LOCAL_DISKS',
  '--mount-bpf-fs': 'MOUNT_BPF_FS',
  '--pause-container-account': 'PAUSE_CONTAINER_ACCOUNT',
  '--pause-container-version': 'PAUSE_CONTAINER_VERSION',
  '--service-ipv4-cidr': 'SERVICE_IPV4_CIDR',
  '--service-ipv6-cidr': 'SERVICE_IPV6_CIDR',
  '--use-max-pods': 'USE_MAX_PODS',
}

/** Variables that bootstrap.sh reads when it is called. */
export const callVariables: ReadonlySet<string> = new Set(Object.values(variables))

/** Reads the call and notes every line of it. */
export function readCall(call: Call, state: State): CallMembers {
  const { options, positional } = splitWords(call)
  const note = ({ line, nameLine }: Option, outcome: Outcome): void => {
    for (const one of new Set([nameLine, line])) noteLine(state, one, outcome)
  }
  const of = (flag: string): string | undefined => {
    const found = options.get(flag)
    return found?.value ?? call.environment[variables[flag] ?? '']
  }
  for (const [flag, option] of options) note(option, optionOutcome(flag, option.value, state))
  const name = positional.find((one) => isName(one.value, state)) ?? positional[0]
  if (name !== undefined) note(name, nameOutcome(name, state))
  for (const one of positional) if (one !== name) note(one, strayOutcome(one.value, state))
  if (name === undefined) {
    noteLine(
      state,
      call.lines.firstLine,
      blocking(
        'convert/cluster-name',
        'the call names no cluster',
        'Add the name of the cluster as last word.',
      ),
    )
  }
  const line = options.get('--kubelet-extra-args')?.line ?? call.lines.firstLine
  const extra = readExtra(
    [of('--kubelet-extra-args') ?? '', ...call.moreArguments].join(' '),
    line,
    state,
  )
  const range = of('--service-ipv6-cidr') || of('--service-ipv4-cidr') || undefined
  const dns = (of('--dns-cluster-ip') ?? '').split(',').filter((one) => one !== '')
  const facts = {
    name: name?.value,
    endpoint: of('--apiserver-endpoint'),
    certificateAuthority: of('--b64-cluster-ca'),
    serviceCidr: range,
  }
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== '')
  const isDescribed = facts.endpoint === undefined || facts.certificateAuthority === undefined
  return {
    cluster: Object.fromEntries(known) as Partial<ClusterFacts>,
    clusterDns: dns,
    extra,
    usesMaxPods: of('--use-max-pods') !== 'false',
    localStorage: storageOf(of('--local-disks')),
    containerdConfigPath: of('--containerd-config-file') || undefined,
    dockerConfig: of('--docker-config-json') || undefined,
    isDocker: of('--container-runtime') === 'dockerd',
    guessesDns: !isDescribed && range === undefined && dns.length === 0,
  }
}

function splitWords(call: Call) {
  const options = new Map<string, Option>()
  const positional: Option[] = []
  for (let at = 0; at < call.words.length; at += 1) {
    const { line, text } = call.words[at] ?? { line: 0, text: '' }
    if (!/^--?[a-z]/.test(text) || text.includes('=')) {
      positional.push({ value: text, line, nameLine: line })
      continue
    }
    const next = call.words[at + 1]
    at += 1
    options.set(text, { value: next?.text ?? '', line: next?.line ?? line, nameLine: line })
  }
  return { options, positional }
}

function noteLine(state: State, line: number, outcome: Outcome): void {
  noteOutcome(outcome, { firstLine: line, lastLine: line }, state)
}

function shown(text: string, state: State): string {
  const plain = state.marks.restored(text)
  return JSON.stringify(plain.length > 60 ? `${plain.slice(0, 57)}...` : plain)
}

/** Placeholders for arguments are not the name. */
function isName(value: string, state: State): boolean {
  if (!state.marks.has(value, 'template')) return !value.startsWith('-')
  return (
    /name|cluster/i.test(state.marks.restored(value)) &&
    !/arg|extra|opt/i.test(state.marks.restored(value))
  )
}

function strayOutcome(value: string, state: State): Outcome {
  if (state.marks.has(value, 'template', 'boot', 'directive')) {
    return blocking(
      'convert/opaque-arguments',
      `${shown(value, state)} stands for arguments of bootstrap.sh that cannot be read here`,
      'Write the arguments that it holds in its place, then convert again.',
    )
  }
  return blocking(
    'convert/call-word',
    `bootstrap.sh reads ${shown(value, state)} as nothing: only the first free word counts, and an option ` +
      'takes exactly one word behind it',
    'Quote what belongs to --kubelet-extra-args as one word, or delete the word.',
  )
}

/** The facts of the cluster must stand in user data: a drop-in of the boot is read too late. */
function factOutcome(value: string, what: string, state: State): Outcome {
  if (!state.marks.has(value, 'boot', 'directive')) return carried(`${what} of the cluster`)
  return blocking(
    'convert/boot-fact',
    `${what} of the cluster is found out at boot, but must stand in the user data`,
    'Write the value itself, or a placeholder that is filled before the launch template is made.',
  )
}

function nameOutcome(name: Option, state: State): Outcome {
  const isFlag = /^-/.test(name.value)
  if (!isFlag) return factOutcome(name.value, 'the name', state)
  return blocking(
    'convert/call-word',
    `bootstrap.sh takes ${shown(name.value, state)} for the name of the cluster: options have no form with =`,
    'Put the value behind the option as a word of its own, all extra arguments in one pair of quotes.',
  )
}

const ignored: Readonly<Record<string, string>> = {
  '--aws-api-retry-attempts': 'nodeadm and Bottlerocket retry by themselves',
  '--container-runtime': 'containerd is the only runtime',
  '--docker-config-json': 'there is no Docker any more',
  '--enable-docker-bridge': 'there is no Docker any more',
  '--ip-family': 'the service range says it',
  '--mount-bpf-fs': 'the image mounts it',
  '--use-max-pods': 'maxPods alone says it',
}

function optionOutcome(flag: string, value: string, state: State): Outcome {
  switch (flag) {
    case '--apiserver-endpoint':
      return factOutcome(value, 'the endpoint', state)
    case '--b64-cluster-ca':
      return factOutcome(value, 'the certificate authority', state)
    case '--service-ipv4-cidr':
    case '--service-ipv6-cidr':
      return factOutcome(value, 'the service range', state)
    case '--dns-cluster-ip':
      return factOutcome(value, 'the DNS address', state)
    case '--kubelet-extra-args':
      return carried('arguments of the kubelet')
    case '--local-disks':
      return storageOutcome(value, state)
    case '--containerd-config-file':
      return state.files.has(contentPath(value))
        ? carried('the configuration of containerd')
        : containerdUnknown(value, state)
    case '--pause-container-account':
    case '--pause-container-version':
      return dropped('the image brings its own pause container')
    case '--enable-local-outpost':
    case '--cluster-id':
      if (value === '' || value === 'false') return dropped('it says nothing')
      return blocking(
        'convert/outpost',
        'local clusters on Outposts are not converted',
        'Set spec.cluster.enableOutpost and spec.cluster.id in the NodeConfig by hand.',
      )
    default: {
      const why = Object.hasOwn(ignored, flag) ? ignored[flag] : undefined
      if (why !== undefined) return dropped(why)
      return blocking(
        'convert/call-word',
        `bootstrap.sh of Amazon Linux 2 has no option ${flag}`,
        'Delete it, or say what the image of your own does with it.',
      )
    }
  }
}

function containerdUnknown(value: string, state: State): Outcome {
  return blocking(
    'convert/containerd-config',
    `the containerd configuration ${shown(value, state)} is a file of the image`,
    'Put what differs from the default into spec.containerd.config.',
  )
}

function storageOf(value: string | undefined): Bootstrap['localStorage'] {
  return (['RAID0', 'RAID10', 'Mount'] as const).find((one) => one.toLowerCase() === value)
}

function storageOutcome(value: string, { target }: State): Outcome {
  const storage = storageOf(value)
  if (storage === undefined) {
    return blocking(
      'convert/local-disks',
      'bootstrap.sh knows mount, raid0 and raid10',
      'Say one of them.',
    )
  }
  if (target === 'AmazonLinux2023' || storage === 'RAID0') return carried('instance store disks')
  return blocking(
    'convert/local-disks',
    `Bottlerocket makes RAID0 of instance store disks, not ${storage}`,
    'Decide for raid0, or for Amazon Linux 2023.',
  )
}

/** The kubelet's arguments; what is odd about them is noted on their line. */
export function readExtra(text: string, line: number, state: State): KubeletArguments {
  const { marks, target } = state
  if (marks.has(text, 'directive')) {
    noteLine(
      state,
      line,
      blocking(
        'convert/directive',
        'a template decides over arguments of the kubelet',
        'Convert each of the rendered forms, or move the condition into the new template.',
      ),
    )
  }
  const told = kubeletArguments(extraWords(text), marks)
  for (const { flag, why } of told.removed) {
    tell(state, {
      code: 'convert/removed-flag',
      severity: 'warning',
      message: `${flag} is left out: ${why}`,
      remedy: 'Nothing is to be done, unless the image is your own.',
      line,
    })
  }
  for (const key of told.ofEks) {
    tell(state, {
      code: 'convert/eks-label',
      severity: 'warning',
      message: `label ${key} is left out: EKS sets it itself on the nodes of a managed node group`,
      remedy: 'Nothing is to be done; an old value would be wrong on the new nodes.',
      line,
    })
  }
  for (const what of told.wrong) {
    const why = `${marks.restored(what)} is neither a label nor a taint: no kubelet starts with it`
    noteLine(
      state,
      line,
      blocking('convert/kubelet-refuses', why, 'Write key=value, or key=value:Effect.'),
    )
  }
  if (told.unknown.length > 0 || told.flags.some((flag) => marks.has(flag, 'template'))) {
    const all = [...told.unknown, ...told.flags.filter((flag) => marks.has(flag, 'template'))]
    const names = all.map((one) => marks.restored(one)).join(' ')
    if (target === 'AmazonLinux2023') {
      tell(state, {
        code: 'convert/opaque-arguments',
        severity: 'warning',
        message: `${names} stays a kubelet flag: what it holds cannot be read here`,
        remedy:
          'Check that it holds no flag that the kubelet has lost, no quotes and no white space in values.',
        line,
      })
    } else {
      const why = `${names} cannot become a setting: what it holds cannot be read here`
      noteLine(
        state,
        line,
        blocking('convert/opaque-arguments', why, 'Write what it holds as settings.'),
      )
    }
  }
  return told
}
