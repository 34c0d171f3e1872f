/** Files, trust, proxy, mirrors and commands as MIME parts of Amazon Linux and Ubuntu. Nodes layer, pure. */

import type { Bootstrap, BootstrapFile, BootstrapProxy, RegistryMirror } from './bootstrap.ts'
import { filesPart, parseFilesPart } from './cloud-config.ts'
import type { MimePart } from './mime.ts'

/** Places that differ between distributions. */
export interface LinuxPlaces {
  readonly caFile: string
  readonly caCommand: string
  /** systemd units that get the proxy; empty = the family has another way. */
  readonly proxyUnits: readonly string[]
}

/** What parts say, beside those that nothing here has written. */
export interface LinuxParts
  extends Pick<Bootstrap, 'caBundle' | 'files' | 'proxy' | 'registryMirrors'> {
  readonly rest: readonly MimePart[]
}

/** Where Amazon Linux keeps them. */
export const amazonLinuxPlaces: LinuxPlaces = {
  caFile: '/etc/pki/ca-trust/source/anchors/node-ca-bundle.pem',
  caCommand: 'update-ca-trust extract',
  proxyUnits: ['containerd.service', 'kubelet.service'],
}

const scriptType = 'text/x-shellscript; charset="us-ascii"'
const commandHead = '#!/bin/bash\nset -e\n'
/** First lines of the part that makes files effective; a command of a team never begins so. */
const effectHead = '#!/bin/bash\n# Makes the files of this document effective.\nset -e\n'
const mirrorFile = /^\/etc\/containerd\/certs\.d\/([^/]+)\/hosts\.toml$/

/** The part of a command; it stops at the first failure. */
export function commandPart(command: string): MimePart {
  return { contentType: scriptType, body: `${commandHead}${command}` }
}

/** The command of a part that {@link commandPart} wrote; undefined for others. */
export function parseCommandPart({ body, contentType }: MimePart): string | undefined {
  if (contentType !== scriptType || !body.startsWith(commandHead)) return undefined
  return body.slice(commandHead.length)
}

/** Parts that stand before all scripts; none when there is nothing to write. */
export function renderLinuxParts(bootstrap: Bootstrap, places: LinuxPlaces): readonly MimePart[] {
  const { caBundle, proxy, registryMirrors = [] } = bootstrap
  const files: BootstrapFile[] = [...(bootstrap.files ?? [])]
  const commands: string[] = []
  if (caBundle !== undefined) {
    files.push({ path: places.caFile, content: caBundle })
    commands.push(places.caCommand)
  }
  if (proxy !== undefined && places.proxyUnits.length > 0) {
    const content = proxyText(proxy)
    files.push(...places.proxyUnits.map((unit) => ({ path: proxyFile(unit), content })))
    commands.push('systemctl daemon-reload')
  }
  files.push(...registryMirrors.map(mirrorFileOf))
  if (files.length === 0) return []
  const effect = { contentType: scriptType, body: `${effectHead}${commands.join('\n')}` }
  return [filesPart(files), ...(commands.length === 0 ? [] : [effect])]
}

/** The reverse of {@link renderLinuxParts}; unknown parts stay in their order. */
export function parseLinuxParts(parts: readonly MimePart[], places: LinuxPlaces): LinuxParts {
  const rest: MimePart[] = []
  const files: BootstrapFile[] = []
  for (const part of parts) {
    const found = parseFilesPart(part)
    if (found !== undefined) files.push(...found)
    else if (!part.body.startsWith(effectHead)) rest.push(part)
  }
  const caBundle = files.find((file) => file.path === places.caFile)?.content
  const units = places.proxyUnits.map(proxyFile)
  const proxies = files.filter((file) => units.includes(file.path))
  const proxy = parseProxy(proxies[0]?.content ?? '')
  const mirrors = files.flatMap((file) => mirrorOf(file) ?? [])
  const own = files.filter((file) => {
    if (file.path === places.caFile || mirrorOf(file) !== undefined) return false
    return proxy === undefined || !units.includes(file.path)
  })
  return {
    rest,
    ...(own.length === 0 ? {} : { files: own }),
    ...(caBundle === undefined ? {} : { caBundle }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(mirrors.length === 0 ? {} : { registryMirrors: mirrors }),
  }
}

function proxyFile(unit: string): string {
  return `/etc/systemd/system/${unit}.d/http-proxy.conf`
}

/** Environment variables of a proxy, in a fixed order. */
export function proxyVariables(proxy: BootstrapProxy): Readonly<Record<string, string>> {
  return {
    ...(proxy.http === undefined ? {} : { HTTP_PROXY: proxy.http }),
    ...(proxy.https === undefined ? {} : { HTTPS_PROXY: proxy.https }),
    ...(proxy.noProxy === undefined ? {} : { NO_PROXY: proxy.noProxy.join(',') }),
  }
}

/** The reverse of {@link proxyVariables}; undefined when none of them is set. */
export function proxyOf(variables: Readonly<Record<string, unknown>>): BootstrapProxy | undefined {
  const { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: none } = variables
  const proxy = {
    ...(typeof http === 'string' ? { http } : {}),
    ...(typeof https === 'string' ? { https } : {}),
    ...(typeof none === 'string' ? { noProxy: none.split(',') } : {}),
  }
  return Object.keys(proxy).length === 0 ? undefined : proxy
}

function proxyText(proxy: BootstrapProxy): string {
  const lines = Object.entries(proxyVariables(proxy)).map(
    ([name, value]) => `Environment="${name}=${value}"`,
  )
  return `[Service]\n${lines.join('\n')}\n`
}

function parseProxy(text: string): BootstrapProxy | undefined {
  const lines = [...text.matchAll(/^Environment="(\w+)=([^"\n]*)"$/gm)]
  return proxyOf(Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value])))
}

/** containerd asks the hosts in order, then the registry (`server` is left to its default). */
function mirrorFileOf({ endpoints, registry }: RegistryMirror): BootstrapFile {
  const hosts = endpoints.map(
    (endpoint) => `[host."${endpoint}"]\n  capabilities = ["pull", "resolve"]\n`,
  )
  return { path: `/etc/containerd/certs.d/${registry}/hosts.toml`, content: hosts.join('\n') }
}

/** Only a file of exactly the written form is a mirror; others are the team's own. */
function mirrorOf(file: BootstrapFile): RegistryMirror | undefined {
  const registry = mirrorFile.exec(file.path)?.[1]
  if (registry === undefined) return undefined
  const endpoints = [...file.content.matchAll(/^\[host\."([^"\n]*)"\]$/gm)].map(
    ([, one]) => one ?? '',
  )
  const mirror = { registry, endpoints }
  return mirrorFileOf(mirror).content === file.content && endpoints.length > 0 ? mirror : undefined
}
