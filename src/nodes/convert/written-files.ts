/** Files that a script writes, by what they mean to the node. Nodes layer. */

import { parseToml } from '../toml.ts'
import { dockerMembers } from './docker-config.ts'
import type { Json } from './marks.ts'
import { blocking, carried, dropped, type Outcome } from './outcome.ts'
import { jsonOf, type Written } from './printed.ts'
import {
  addArguments,
  kubeletConfigPath,
  kubeletFields,
  type State,
  tell,
  tellOnce,
} from './state.ts'
import type { Lines } from './state-parts.ts'

const kubeletUnit = /^\/etc\/systemd\/system\/kubelet\.service(?:\.d\/([^/]+\.conf))?$/
const proxyUnit =
  /^\/etc\/systemd\/system\/(?:containerd|kubelet)\.service\.d\/[\w.-]*proxy[\w.-]*\.conf$/
const dockerPlaces =
  /^\/etc\/docker\/|^\/etc\/systemd\/system\/docker\.service|^\/etc\/sysconfig\/docker/
const containerdPlaces = /^\/etc\/(?:eks\/)?containerd\/(?:containerd-)?config\.toml$/
const mirrorPlace = /^\/etc\/containerd\/certs\.d\/([^/]+)\/hosts\.toml$/

/** Takes a written file for what it means; `lines` are those of the whole input. */
export function writeFile(written: Written, lines: Lines, state: State): Outcome {
  const { content, isAppended, path } = written
  if (path === kubeletConfigPath) return writeKubeletConfig(written, lines, state)
  const known = state.files.get(path)
  const whole = isAppended ? (known?.content ?? '') + content : content
  const firstLine = isAppended ? (known?.lines.firstLine ?? lines.firstLine) : lines.firstLine
  state.files.set(path, { content: whole, lines: { ...lines, firstLine }, isUsed: false })
  if (/^\/etc\/eks\/bootstrap\.sh$/.test(path)) {
    return blocking(
      'convert/script-patch',
      'it replaces bootstrap.sh, which the new image does not run',
      'Say what the replacement is for as kubelet fields or as a script.',
    )
  }
  if (dockerPlaces.test(path)) return writeDocker(path, whole, lines, state)
  const unit = kubeletUnit.exec(path)
  if (unit !== null && !proxyUnit.test(path)) return writeKubeletUnit(unit[1], whole, lines, state)
  if (containerdPlaces.test(path)) return writeContainerd(whole, lines, state)
  if (state.marks.has(content, 'kubelet'))
    return { ...prepared('a copy of the kubelet file'), path }
  const outcome =
    state.target === 'Bottlerocket' ? writeForBottlerocket(path, whole, state) : undefined
  return (
    outcome ?? {
      verdict: 'script',
      why: 'writes a file before the kubelet starts',
      role: 'does',
      path,
    }
  )
}

function prepared(why: string): Outcome & { verdict: 'script' } {
  return { verdict: 'script', why, role: 'prepares' }
}

function writeKubeletConfig({ content, isAppended }: Written, lines: Lines, state: State): Outcome {
  const [mark] = state.marks.in(content)
  if (!isAppended && mark?.kind === 'kubelet' && content.trim().length === 1) {
    return editKubelet(changedFields(kubeletFields(state), mark.fields), lines, state)
  }
  const document = isAppended ? undefined : jsonOf(content)
  if (document === undefined) {
    return blocking(
      'convert/kubelet-edit',
      'what it makes of the kubelet file is not a constant JSON map',
      'Write the fields that it is for as kubelet.config of the NodeConfig, or as settings.',
    )
  }
  const { apiVersion: _, kind: __, ...fields } = document
  return editKubelet(fields, lines, state)
}

/** Fields that differ; undefined for those that went. */
function changedFields(before: Json, after: Json): Json {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return Object.fromEntries(
    keys
      .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      .map((key) => [key, after[key]]),
  )
}

/** Remembers fields; whether they reach the kubelet is decided when the whole script is read. */
export function editKubelet(fields: Json, lines: Lines, state: State): Outcome {
  state.edits.push({ fields, lines, isAfterCall: state.call !== undefined })
  return { verdict: 'later' }
}

/** bootstrap.sh writes its own drop-in 30-kubelet-extra-args.conf: a later name wins over it. */
function writeKubeletUnit(
  name: string | undefined,
  content: string,
  lines: Lines,
  state: State,
): Outcome {
  const variables = [...content.matchAll(/^Environment=\s*(.*)$/gm)].map(([, text = '']) =>
    text.trim(),
  )
  const extra = variables.map((text) => /^(['"]?)KUBELET_EXTRA_ARGS=([\s\S]*)\1$/.exec(text)?.[2])
  const others = content
    .split('\n')
    .filter((line) => !/^\s*(?:$|[#;]|\[Service\]|Environment=)/.test(line))
  if (name === undefined || others.length > 0 || extra.length === 0 || extra.includes(undefined)) {
    return blocking(
      'convert/kubelet-unit',
      'it changes the unit of the kubelet, which nodeadm and Bottlerocket write themselves',
      'Say what it is for as kubelet fields or flags.',
    )
  }
  for (const one of extra) addArguments(state, one ?? '', lines.firstLine)
  return carried('arguments of the kubelet')
}

function writeDocker(path: string, content: string, lines: Lines, state: State): Outcome {
  if (!path.endsWith('daemon.json')) return dropped('there is no Docker any more')
  const told = dockerMembers(content, state)
  for (const what of told.lost) {
    tell(state, {
      code: 'convert/docker',
      severity: 'warning',
      message: `Docker's ${what} is left out: there is no Docker any more`,
      remedy: 'Check whether containerd needs something of the kind.',
      line: lines.firstLine,
    })
  }
  if (told.carried.length === 0) return dropped('there is no Docker any more')
  state.edits.push({ fields: told.kubelet, lines, isAfterCall: false })
  return carried(told.carried.join(', '))
}

function writeContainerd(content: string, lines: Lines, state: State): Outcome {
  if (state.target === 'Bottlerocket') {
    return blocking(
      'convert/containerd-config',
      'Bottlerocket has no free containerd configuration',
      'Use settings.container-registry and settings.container-runtime.',
    )
  }
  return takeContainerd(content, lines, state)
}

/** As `spec.containerd.config`, which nodeadm merges over its own. */
export function takeContainerd(content: string, lines: Lines, state: State): Outcome {
  const parsed = parseToml(content)
  const isWhole = 'document' in parsed && !state.marks.has(content, 'boot', 'directive')
  if (!isWhole) {
    return blocking(
      'convert/containerd-config',
      'the containerd configuration is not constant TOML',
      'Write what differs from the default into spec.containerd.config.',
    )
  }
  tellOnce(state, {
    code: 'convert/containerd-version',
    severity: 'warning',
    message:
      `the containerd configuration is of version ${String(parsed.document.version ?? 1)}; images for ` +
      'Kubernetes 1.33 and later have containerd 2, which wants version 3',
    remedy:
      'Keep only what differs from the default, with the plugin names of the version of the image.',
    line: lines.firstLine,
  })
  state.members.containerdConfig = content
  return carried('spec.containerd.config')
}

function writeForBottlerocket(path: string, content: string, state: State): Outcome | undefined {
  const registry = mirrorPlace.exec(path)?.[1]
  if (registry !== undefined) {
    const endpoints = [...content.matchAll(/^\s*\[host\."([^"\n]*)"\]/gm)].map(
      ([, one = '']) => one,
    )
    if (endpoints.length > 0) {
      const others = (state.members.registryMirrors ?? []).filter(
        (one) => one.registry !== registry,
      )
      state.members.registryMirrors = [...others, { registry, endpoints }]
      return carried(`mirrors of ${registry}`)
    }
  }
  if (/^\/etc\/sysctl(?:\.d\/[^/]+)?\.conf$/.test(path)) {
    for (const line of content.split('\n')) takeSysctl(line, state)
    return carried('settings.kernel.sysctl')
  }
  return proxyUnit.test(path) ? takeProxy(content, state) : undefined
}

/** `name=value`, as sysctl reads it; anything else is left alone. */
function takeSysctl(line: string, state: State): boolean {
  const [, name, value = ''] = /^\s*([a-z][\w.-]*(?:[./][\w-]+)+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
  if (name === undefined) return false
  state.sysctls.set(name.replaceAll('/', '.'), value)
  return true
}

function takeProxy(content: string, state: State): Outcome | undefined {
  const variables = new Map(
    [...content.matchAll(/^Environment="?(\w+)=([^"\n]*)"?$/gm)].map(
      ([, name = '', value = '']) => [name.toUpperCase(), value],
    ),
  )
  const https = variables.get('HTTPS_PROXY') ?? variables.get('HTTP_PROXY')
  const none = variables.get('NO_PROXY')
  if (https === undefined) return undefined
  state.members.proxy = { https, ...(none === undefined ? {} : { noProxy: none.split(',') }) }
  return carried('settings.network')
}
