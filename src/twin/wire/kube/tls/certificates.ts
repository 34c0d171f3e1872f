/** A certificate authority of a cluster's own, and what it signs. Twin layer. */

import {
  createHash,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { isIPv4 } from 'node:net'
import { bitString, der, integer, octets, oid, sequence, time, utf8, yes } from './der.ts'

/** A certificate with its key, both PEM. */
export interface KeyedCertificate {
  readonly certificatePem: string
  readonly keyPem: string
}

/** Whom a certificate is for. */
export interface CertificateSubject {
  readonly commonName: string
  readonly organizations?: readonly string[]
  /** Host names and IPv4 addresses of a server. */
  readonly hosts?: readonly string[]
}

/** Valid from a day before, for clocks that differ, to a year after it was made. */
const beforeMs = 24 * 3_600_000
const afterMs = 365 * 24 * 3_600_000
const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))

/** One authority. Its key never leaves the process. */
export class CertificateAuthority {
  readonly certificatePem: string
  private readonly key: KeyObject
  private readonly name: string
  private readonly keyId: Buffer
  private readonly nowMs: number

  constructor(name: string, nowMs: number) {
    const { privateKey, publicKey } = newKeys()
    this.key = privateKey
    this.name = name
    this.nowMs = nowMs
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    this.keyId = createHash('sha1').update(spki).digest()
    const extensions = [
      extension('2.5.29.19', sequence(yes), true),
      // keyCertSign and cRLSign.
      extension('2.5.29.15', bitString(Buffer.from([0x06]), 1), true),
      extension('2.5.29.14', octets(this.keyId), false),
    ]
    this.certificatePem = this.sign({ commonName: name }, spki, extensions)
  }

  /** A certificate for a server or a client. */
  issue(subject: CertificateSubject, usage: 'server' | 'client'): KeyedCertificate {
    const { privateKey, publicKey } = newKeys()
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    const purpose = usage === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2'
    const hosts = subject.hosts ?? []
    const extensions = [
      extension('2.5.29.19', sequence(), true),
      // digitalSignature.
      extension('2.5.29.15', bitString(Buffer.from([0x80]), 7), true),
      extension('2.5.29.37', sequence(oid(purpose)), false),
      extension('2.5.29.35', sequence(der(0x80, this.keyId)), false),
      ...(hosts.length === 0
        ? []
        : [extension('2.5.29.17', sequence(...hosts.map(hostName)), false)]),
    ]
    return {
      certificatePem: this.sign(subject, spki, extensions),
      keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
  }

  private sign(subject: CertificateSubject, spki: Buffer, extensions: readonly Buffer[]): string {
    const serial = BigInt(`0x01${randomBytes(15).toString('hex')}`)
    const body = sequence(
      der(0xa0, integer(2n)),
      integer(serial),
      ecdsaWithSha256,
      nameOf({ commonName: this.name }),
      sequence(time(this.nowMs - beforeMs), time(this.nowMs + afterMs)),
      nameOf(subject),
      spki,
      der(0xa3, sequence(...extensions)),
    )
    const signature = createSign('SHA256').update(body).sign(this.key)
    return pem(sequence(body, ecdsaWithSha256, bitString(signature)))
  }
}

function newKeys(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function extension(id: string, content: Buffer, isCritical: boolean): Buffer {
  return sequence(oid(id), ...(isCritical ? [yes] : []), octets(content))
}

function hostName(host: string): Buffer {
  return isIPv4(host)
    ? der(0x87, Buffer.from(host.split('.').map(Number)))
    : der(0x82, Buffer.from(host))
}

function nameOf({ commonName, organizations = [] }: CertificateSubject): Buffer {
  const part = (id: string, text: string): Buffer => der(0x31, sequence(oid(id), utf8(text)))
  return sequence(...organizations.map((one) => part('2.5.4.10', one)), part('2.5.4.3', commonName))
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
