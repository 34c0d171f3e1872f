/** Translates what sockets and TLS report into a RegroupError with a remedy. Kube layer, pure. */

import { type FailureCode, RegroupError, type RetryHint } from '../../world/failure.ts'
import { redact } from '../secret.ts'
import type { KubeEndpoint } from './endpoint.ts'

interface Explanation {
  readonly why: string
  readonly remedy?: string
  readonly code?: FailureCode
  readonly retry?: RetryHint
}

const certificateRemedy =
  'compare certificate-authority-data of the kubeconfig with the certificate of the cluster'

/** By the code of Node's error; others are plain connection failures that may pass. */
const explanations: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: { why: 'nothing listens there' },
  ENOTFOUND: {
    why: 'the name does not resolve',
    remedy:
      'check the server URL, and for a private endpoint that this machine uses the DNS of its VPC',
  },
  EAI_AGAIN: { why: 'the DNS server does not answer' },
  ETIMEDOUT: { why: 'the connection cannot be opened in time' },
  EHOSTUNREACH: { why: 'there is no route to the host' },
  ENETUNREACH: { why: 'there is no route to the network' },
  ECONNRESET: { why: 'the connection was cut' },
  EPIPE: { why: 'the connection was cut' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    why: 'its certificate is for another name',
    remedy: 'set tls-server-name to a name in the certificate, or correct the server URL',
    retry: 'never',
  },
  CERT_HAS_EXPIRED: {
    why: 'its certificate has expired',
    remedy: 'renew it, and check the clock of this machine',
    retry: 'never',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted(),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted(),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted(),
  UNABLE_TO_GET_ISSUER_CERT: untrusted(),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted(),
  CERT_SIGNATURE_FAILURE: untrusted(),
  EPROTO: { why: 'it does not speak TLS as expected', remedy: 'check http or https in its URL' },
  HPE_INVALID_CONSTANT: { why: 'it does not answer in HTTP', remedy: 'check the server URL' },
}

function untrusted(): Explanation {
  return {
    why: 'its certificate is not signed by the trusted authority',
    remedy: certificateRemedy,
    retry: 'never',
  }
}

/** The failure for an error of the connection. `what` is the call in words. */
export function connectionFailure(
  error: unknown,
  endpoint: KubeEndpoint,
  what: string,
): RegroupError {
  if (error instanceof RegroupError) return error
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException
  const known = explanations[code] ?? (code.startsWith('ERR_SSL') ? explanations.EPROTO : undefined)
  const why = known?.why ?? 'the connection failed'
  const remedy = known?.remedy === undefined ? '' : `; ${known.remedy}`
  const detail = redact(message).slice(0, 300)
  return new RegroupError(
    known?.code ?? 'connection',
    `${what}: ${endpoint.server.origin}: ${why} (${detail})${remedy}`,
    {
      ...(known?.retry === undefined ? {} : { retry: known.retry }),
      cause: error,
      context: {
        operation: `kube:${what.split(' ', 1)[0]}`,
        cluster: endpoint.name,
        ...(code === '' ? {} : { serviceCode: code }),
      },
    },
  )
}
