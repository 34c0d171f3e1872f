/** An admission webhook in front of evictions of the real API server. Test support. */

import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ControlPlane } from './control-plane.ts'
import { until } from './program.ts'

/** What it answers, and how late. */
export interface WebhookAnswer {
  readonly isAllowed: boolean
  readonly message?: string
  readonly delayMs?: number
}

/** A registered webhook. */
export interface RunningWebhook {
  readonly url: string
  /** Closes the port; the registration stays. */
  close(): Promise<void>
  /** Takes the registration back and closes. */
  remove(): Promise<void>
}

/** Registers it for pods/eviction of one namespace; in force when this comes back. */
export async function startWebhook(
  plane: ControlPlane,
  namespace: string,
  answer: WebhookAnswer,
): Promise<RunningWebhook> {
  const certificate = plane.issueServer('127.0.0.1')
  let callCount = 0
  const server = createServer(
    { cert: certificate.certificatePem, key: certificate.keyPem },
    (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        callCount += 1
        const review = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
          request: { uid: string }
        }
        const { delayMs = 0, isAllowed, message } = answer
        const status = message === undefined ? {} : { status: { message } }
        const body = {
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid: review.request.uid, allowed: isAllowed, ...status },
        }
        setTimeout(() => {
          response.setHeader('content-type', 'application/json')
          response.end(JSON.stringify(body))
        }, delayMs)
      })
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `https://127.0.0.1:${port}/hook`
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
  await plane.raw.send({ method: 'POST', path, body: registration(namespace, url, plane.caPem) })
  await until('the webhook to be in force', async () => {
    await plane.raw.send({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods/nobody/eviction?dryRun=All`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'nobody', namespace } },
    })
    return callCount > 0 ? true : undefined
  })
  const close = (): Promise<void> => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  return {
    url,
    close,
    remove: async () => {
      await plane.raw.send({ method: 'DELETE', path: `${path}/${namespace}` })
      if (server.listening) await close()
    },
  }
}

function registration(namespace: string, url: string, caPem: string): unknown {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'w.example.com',
        clientConfig: { url, caBundle: Buffer.from(caPem).toString('base64') },
        rules: [
          {
            operations: ['CREATE'],
            apiGroups: [''],
            apiVersions: ['v1'],
            resources: ['pods/eviction'],
          },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 5,
      },
    ],
  }
}
