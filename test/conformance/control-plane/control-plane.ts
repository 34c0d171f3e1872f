/** A real control plane on loopback: etcd, API server and controllers. Test support. */

import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  CertificateAuthority,
  type KeyedCertificate,
} from '../../../src/twin/wire/kube/tls/certificates.ts'
import { freePorts, type Program, startProgram, until } from './program.ts'
import { type RawApi, rawApi } from './raw-api.ts'

/** What is started besides etcd and the API server. */
export interface ControlPlaneOptions {
  /** Controllers by the names of `--controllers`. @default '*' */
  readonly controllers?: string
  /** A scheduler, and KWOK as the kubelet of every node, following the stages of this file. */
  readonly stagesPath?: string
  /** etcd writes to the disk before it answers: what it said is still there after a crash of the machine. */
  readonly isDurable?: boolean
}

/** Who a client certificate speaks for. */
export interface ClientSubject {
  readonly commonName: string
  readonly organizations?: readonly string[]
}

/** A running control plane. */
export interface ControlPlane {
  readonly url: string
  readonly caPem: string
  readonly admin: KeyedCertificate
  readonly raw: RawApi
  readonly controllers: Program
  /** Kubeconfig of the administrator, for kubectl. */
  readonly kubeconfigPath: string
  /** Milliseconds from the first program's start until the API server was ready. */
  readonly startMs: number
  /** A certificate for a server of the suite, signed by {@link caPem}'s authority. */
  issueServer(host: string): KeyedCertificate
  /** A client of another user; without organizations it has no rights but those bound to its name. */
  userApi(commonName: string): RawApi
  /** Writes a kubeconfig of another user. Gives back its path. */
  writeKubeconfig(subject: ClientSubject): string
  /** Writes JSON under the key of etcd, past the API server. */
  writeStore(key: string, value: unknown): Promise<void>
  /** Kills API server and etcd as a crash does, and starts them again on the same data after `downMs`. */
  crash(downMs?: number): Promise<void>
  /** Ends everything; removes the folder unless `keepLogs`. Idempotent. */
  stop(keepLogs?: boolean): Promise<void>
}

/** Ready when it comes back. @throws Error with the end of the log that says why not. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const plane = new LocalControlPlane(options)
  try {
    await plane.start()
    return plane
  } catch (error) {
    const tails = plane.running().map((one) => `--- ${one.name}\n${one.tail()}`)
    await plane.stop()
    throw new Error(`the control plane did not start: ${String(error)}\n${tails.join('\n')}`)
  }
}

class LocalControlPlane implements ControlPlane {
  readonly folder = mkdtempSync(join(tmpdir(), 'regroup-control-plane-'))
  readonly authority = new CertificateAuthority('judge authority', Date.now())
  readonly admin = this.authority.issue(
    { commonName: 'judge-admin', organizations: ['system:masters'] },
    'client',
  )
  readonly caPem = this.authority.certificatePem
  readonly kubeconfigPath = join(this.folder, 'kubeconfig.json')
  url = ''
  startMs = 0
  private readonly options: ControlPlaneOptions
  private ports: readonly number[] = []
  private etcd: Program | undefined
  private apiServer: Program | undefined
  private readonly others: Program[] = []
  private client: RawApi | undefined

  constructor(options: ControlPlaneOptions) {
    this.options = options
  }

  get raw(): RawApi {
    if (this.client === undefined) throw new Error('not started')
    return this.client
  }

  get controllers(): Program {
    const found = this.others.find((one) => one.name === 'kube-controller-manager')
    if (found === undefined) throw new Error('not started')
    return found
  }

  running(): readonly Program[] {
    return [this.etcd, this.apiServer, ...this.others].flatMap((one) => one ?? [])
  }

  async start(): Promise<void> {
    const startMs = performance.now()
    this.ports = await freePorts(5)
    const port = this.ports[2] ?? 0
    this.url = `https://127.0.0.1:${port}`
    this.writeFiles()
    this.client = rawApi({ port, caPem: this.caPem, client: this.admin })
    await this.startServers()
    this.startMs = performance.now() - startMs
    const { controllers = '*' } = this.options
    this.launch('kube-controller-manager', [
      ...this.clientFlags(this.ports[3]),
      `--controllers=${controllers}`,
      '--use-service-account-credentials=true',
      // Volumes that are there before their claims wait for the next round of this, 15 s by default.
      '--pvclaimbinder-sync-period=1s',
      `--service-account-private-key-file=${join(this.folder, 'accounts.key')}`,
    ])
    if (this.options.stagesPath !== undefined) this.startNodes(this.options.stagesPath)
  }

  /** Leases are needed: without them every node turns NotReady after the grace period, and its pods with it. */
  private startNodes(stagesPath: string): void {
    this.launch('kube-scheduler', this.clientFlags(this.ports[4]))
    this.launch('kwok', [
      `--kubeconfig=${this.kubeconfigPath}`,
      `--config=${stagesPath}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
    ])
  }

  issueServer(host: string): KeyedCertificate {
    return this.authority.issue({ commonName: host, hosts: [host] }, 'server')
  }

  userApi(commonName: string): RawApi {
    const client = this.authority.issue({ commonName }, 'client')
    return rawApi({ port: this.ports[2] ?? 0, caPem: this.caPem, client })
  }

  writeKubeconfig({ commonName, organizations = [] }: ClientSubject): string {
    const client = this.authority.issue({ commonName, organizations }, 'client')
    const path = join(this.folder, `kubeconfig-${commonName}.json`)
    writeFileSync(path, JSON.stringify(this.kubeconfig(client)), { mode: 0o600 })
    return path
  }

  async writeStore(key: string, value: unknown): Promise<void> {
    const base64 = (text: string): string => Buffer.from(text).toString('base64')
    const answer = await fetch(`http://127.0.0.1:${this.ports[0]}/v3/kv/put`, {
      method: 'POST',
      body: JSON.stringify({ key: base64(key), value: base64(JSON.stringify(value)) }),
    })
    if (!answer.ok) throw new Error(`etcd answered ${answer.status}: ${await answer.text()}`)
  }

  async crash(downMs = 0): Promise<void> {
    await Promise.all([this.apiServer?.stop('SIGKILL'), this.etcd?.stop('SIGKILL')])
    await pause(downMs)
    await this.startServers()
  }

  async stop(keepLogs = false): Promise<void> {
    this.client?.close()
    await Promise.all(this.others.splice(0).map((one) => one.stop()))
    await this.apiServer?.stop('SIGKILL')
    await this.etcd?.stop('SIGKILL')
    if (!keepLogs) rmSync(this.folder, { recursive: true, force: true })
  }

  private clientFlags(port: number | undefined): readonly string[] {
    return [
      `--kubeconfig=${this.kubeconfigPath}`,
      '--leader-elect=false',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
    ]
  }

  private launch(name: string, args: readonly string[]): void {
    this.others.push(startProgram(name, args, join(this.folder, `${name}.log`)))
  }

  private async startServers(): Promise<void> {
    const [clientPort, peerPort, port] = this.ports
    const clientUrl = `http://127.0.0.1:${clientPort}`
    const peerUrl = `http://127.0.0.1:${peerPort}`
    this.etcd = startProgram(
      'etcd',
      [
        `--data-dir=${join(this.folder, 'etcd')}`,
        ...(this.options.isDurable === true ? [] : ['--unsafe-no-fsync']),
        `--listen-client-urls=${clientUrl}`,
        `--advertise-client-urls=${clientUrl}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=default=${peerUrl}`,
      ],
      join(this.folder, 'etcd.log'),
    )
    const file = (name: string): string => join(this.folder, name)
    this.apiServer = startProgram(
      'kube-apiserver',
      [
        `--etcd-servers=${clientUrl}`,
        `--secure-port=${port}`,
        '--bind-address=127.0.0.1',
        `--tls-cert-file=${file('server.crt')}`,
        `--tls-private-key-file=${file('server.key')}`,
        `--client-ca-file=${file('ca.crt')}`,
        `--service-account-key-file=${file('accounts.pub')}`,
        `--service-account-signing-key-file=${file('accounts.key')}`,
        '--service-account-issuer=https://kubernetes.default.svc',
        '--authorization-mode=RBAC',
        '--service-cluster-ip-range=10.0.0.0/16',
        '--disable-admission-plugins=ServiceAccount',
        '--max-requests-inflight=2000',
        '--max-mutating-requests-inflight=1000',
      ],
      file('kube-apiserver.log'),
    )
    await until('the API server to be ready', () => this.readiness(), 120_000)
  }

  private async readiness(): Promise<true | undefined> {
    try {
      const { code } = await this.raw.send({ method: 'GET', path: '/readyz' })
      return code === 200 ? true : undefined
    } catch {
      return undefined
    }
  }

  private writeFiles(): void {
    mkdirSync(this.folder, { recursive: true })
    const server = this.authority.issue(
      { commonName: 'kube-apiserver', hosts: ['127.0.0.1', 'localhost'] },
      'server',
    )
    const accounts = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const files = {
      'ca.crt': this.caPem,
      'server.crt': server.certificatePem,
      'server.key': server.keyPem,
      'accounts.key': accounts.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      'accounts.pub': accounts.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'kubeconfig.json': JSON.stringify(this.kubeconfig(this.admin)),
    }
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(this.folder, name), text, { mode: 0o600 })
    }
  }

  private kubeconfig(client: KeyedCertificate): unknown {
    const base64 = (text: string): string => Buffer.from(text).toString('base64')
    const user = {
      'client-certificate-data': base64(client.certificatePem),
      'client-key-data': base64(client.keyPem),
    }
    const cluster = { server: this.url, 'certificate-authority-data': base64(this.caPem) }
    return {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'judge',
      clusters: [{ name: 'judge', cluster }],
      users: [{ name: 'judge', user }],
      contexts: [{ name: 'judge', context: { cluster: 'judge', user: 'judge' } }],
    }
  }
}
