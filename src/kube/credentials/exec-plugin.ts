/** Runs a client-go credential plugin, such as `aws eks get-token`. Kube layer. */

import { spawn } from 'node:child_process'
import { isAbsolute, resolve } from 'node:path'
import type { Clock } from '../../world/clock.ts'
import { RegroupError } from '../../world/failure.ts'
import { redact, Secret } from '../secret.ts'
import { type Credential, type Credentials, renewedCredentials } from './credentials.ts'

/** Versions of the protocol that are spoken. */
export type ExecApiVersion =
  | 'client.authentication.k8s.io/v1'
  | 'client.authentication.k8s.io/v1beta1'

/** One plugin, as the user of a kubeconfig names it. */
export interface ExecPlugin {
  readonly apiVersion: ExecApiVersion
  /** With a slash relative to `folder`, else looked up in PATH. */
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly installHint?: string
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always'
  /** Given to the plugin as KUBERNETES_EXEC_INFO when it asks for it; undefined = not. */
  readonly cluster?: Readonly<Record<string, unknown>>
  /** Folder of the kubeconfig. */
  readonly folder: string
}

/** The surroundings a plugin runs in. */
export interface ExecSurroundings {
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
  /** True when a person sits at standard input. */
  readonly isInteractive: boolean
  /** @default 60,000; milliseconds */
  readonly timeoutMs?: number
}

const timeoutMsDefault = 60_000
/** A credential is renewed this long before it runs out. */
const skewMs = 60_000
const outputBytesMax = 1 << 20

/** What the plugin says is kept until it runs out, or until the server refuses it. */
export function execCredentials(plugin: ExecPlugin, surroundings: ExecSurroundings): Credentials {
  return renewedCredentials(surroundings.clock, async () => {
    const output = await runPlugin(plugin, surroundings)
    const { credential, expiresAtMs } = parseExecCredential(output, plugin)
    return expiresAtMs === undefined
      ? { credential }
      : { credential, refreshAtMs: expiresAtMs - skewMs, expiresAtMs }
  })
}

async function runPlugin(plugin: ExecPlugin, surroundings: ExecSurroundings): Promise<string> {
  const { interactiveMode } = plugin
  const { clock, isInteractive, timeoutMs = timeoutMsDefault } = surroundings
  if (interactiveMode === 'Always' && !isInteractive) {
    throw failed(plugin, 'it wants to ask a person, and standard input is no terminal')
  }
  const hasInput = isInteractive && interactiveMode !== 'Never'
  const child = spawn(commandOf(plugin), [...plugin.args], {
    env: environmentOf(plugin, surroundings, hasInput),
    stdio: [hasInput ? 'inherit' : 'ignore', 'pipe', hasInput ? 'inherit' : 'pipe'],
  })
  const finished = new AbortController()
  let isLate = false
  void clock.sleep(timeoutMs, finished.signal).then(() => {
    if (finished.signal.aborted) return
    isLate = true
    child.kill('SIGKILL')
  })
  const out = collected(child.stdout)
  const errors = collected(child.stderr)
  try {
    const code = await new Promise<number | string | null>((done, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, signal) => done(exitCode ?? signal))
    })
    if (isLate) throw failed(plugin, `it gave no answer within ${timeoutMs / 1000} s`)
    if (code !== 0) throw failed(plugin, `it ended with ${code}${said(errors())}`)
    return out()
  } catch (error) {
    throw error instanceof RegroupError ? error : notStarted(plugin, error)
  } finally {
    finished.abort()
  }
}

function commandOf({ command, folder }: ExecPlugin): string {
  return command.includes('/') && !isAbsolute(command) ? resolve(folder, command) : command
}

function environmentOf(
  plugin: ExecPlugin,
  { env }: ExecSurroundings,
  interactive: boolean,
): NodeJS.ProcessEnv {
  const { apiVersion, cluster } = plugin
  const spec = { ...(cluster === undefined ? {} : { cluster }), interactive }
  const info = { apiVersion, kind: 'ExecCredential', spec }
  return { ...env, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) }
}

function collected(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = []
  let length = 0
  stream?.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= outputBytesMax) chunks.push(chunk)
  })
  return () => Buffer.concat(chunks).toString('utf8')
}

function said(text: string): string {
  const trimmed = redact(text.trim())
  return trimmed === '' ? '' : `: ${trimmed.slice(-500)}`
}

function parseExecCredential(
  output: string,
  plugin: ExecPlugin,
): { readonly credential: Credential; readonly expiresAtMs?: number } {
  const { apiVersion, kind, status } = parsed(output, plugin)
  if (kind !== 'ExecCredential') throw failed(plugin, 'its output is no ExecCredential')
  if (apiVersion !== plugin.apiVersion) {
    throw failed(plugin, `it answered in ${apiVersion}, the kubeconfig says ${plugin.apiVersion}`)
  }
  const { clientCertificateData, clientKeyData, expirationTimestamp, token } = status ?? {}
  const hasCertificate = clientCertificateData !== undefined && clientKeyData !== undefined
  if (token === undefined && !hasCertificate) {
    throw failed(plugin, 'its output has neither a token nor a client certificate with its key')
  }
  const credential: Credential = {
    ...(token === undefined ? {} : { authorization: new Secret(`Bearer ${token}`) }),
    ...(hasCertificate
      ? {
          certificate: {
            certificatePem: new Secret(clientCertificateData),
            keyPem: new Secret(clientKeyData),
          },
        }
      : {}),
  }
  const expiresAtMs = Date.parse(expirationTimestamp ?? '')
  return Number.isNaN(expiresAtMs) ? { credential } : { credential, expiresAtMs }
}

interface ExecCredentialOutput {
  readonly apiVersion?: unknown
  readonly kind?: unknown
  readonly status?: {
    readonly token?: string
    readonly clientCertificateData?: string
    readonly clientKeyData?: string
    readonly expirationTimestamp?: string
  }
}

/** The output itself is never repeated: it holds the token. */
function parsed(output: string, plugin: ExecPlugin): ExecCredentialOutput {
  let value: unknown
  try {
    value = JSON.parse(output)
  } catch {
    throw failed(plugin, 'its output is no JSON')
  }
  if (typeof value === 'object' && value !== null) return value
  throw failed(plugin, 'its output is no ExecCredential')
}

function notStarted(plugin: ExecPlugin, error: unknown): RegroupError {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ENOENT') return failed(plugin, `it could not be started: ${code ?? 'unknown'}`)
  const hint = plugin.installHint?.trim() ?? 'install it, or correct the command in the kubeconfig'
  return failed(plugin, `it was not found; ${hint}`)
}

function failed({ command }: ExecPlugin, why: string): RegroupError {
  return new RegroupError('unauthenticated', `credential plugin ${command}: ${why}`, {
    context: { operation: 'kube:credentials', object: command },
  })
}
