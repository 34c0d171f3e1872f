/** Which proxy a server is reached through, as Go programs choose it. Kube layer, pure. */

import { BlockList, isIP } from 'node:net'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy of HTTPS_PROXY or HTTP_PROXY (capital or small) unless NO_PROXY names the server; undefined =
 * none. Loopback is never reached through a proxy of the environment.
 */
export function proxyFromEnvironment(server: URL, env: Environment): string | undefined {
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const proxy = variable(env, name)
  if (proxy === undefined || isLoopback(hostOf(server))) return undefined
  if (isExcluded(server, variable(env, 'NO_PROXY') ?? '')) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

function variable(env: Environment, name: string): string | undefined {
  const value = env[name] ?? env[name.toLowerCase()]
  return value === undefined || value.trim() === '' ? undefined : value.trim()
}

function hostOf(server: URL): string {
  return server.hostname.replace(/^\[|\]$/g, '').toLowerCase()
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** `*`, `host`, `.suffix`, `*.suffix`, `host:port`, an address, or a CIDR block, separated by commas. */
function isExcluded(server: URL, list: string): boolean {
  const host = hostOf(server)
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  return list.split(',').some((part) => {
    const entry = part.trim().toLowerCase()
    if (entry === '*') return true
    if (entry === '') return false
    if (entry.includes('/')) return isInBlock(host, entry)
    const [, name = '', wantedPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? []
    if (isIP(entry) !== 0) return entry === host
    if (wantedPort !== undefined && wantedPort !== port) return false
    if (isIP(host) !== 0) return name === host
    const suffix = name.replace(/^\*?\.?/, '')
    const isOnlyBelow = name.startsWith('.') || name.startsWith('*.')
    return (!isOnlyBelow && host === suffix) || host.endsWith(`.${suffix}`)
  })
}

function isInBlock(host: string, block: string): boolean {
  const [address = '', bits = ''] = block.split('/')
  const family = isIP(address)
  const length = Number(bits)
  const isValid = family !== 0 && Number.isInteger(length) && length <= (family === 4 ? 32 : 128)
  if (!isValid || bits === '' || isIP(host) !== family) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(address, length, type)
  return list.check(host, type)
}
