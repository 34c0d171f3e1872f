/** A new Service gets its addresses and node ports. Twin layer. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import type { WireContext } from '../context.ts'
import { type Draft, draft, drafts, setDefault } from '../defaults/containers.ts'
import { at, listAt } from '../schema/own.ts'

/** Allocates what a client left open. */
export function prepareService(object: Draft, context: WireContext): void {
  const spec = draft(object, 'spec')
  object.status = { loadBalancer: {} }
  if (spec === undefined || spec.type === 'ExternalName') return
  const isHeadless = spec.clusterIP === 'None'
  if (isHeadless) {
    const hasSelector = draft(spec, 'selector') !== undefined
    spec.clusterIPs = ['None']
    setDefault(spec, 'ipFamilies', hasSelector ? ['IPv4'] : ['IPv4', 'IPv6'])
    setDefault(spec, 'ipFamilyPolicy', hasSelector ? 'SingleStack' : 'RequireDualStack')
    return
  }
  setDefault(spec, 'clusterIP', freeAddress(context))
  setDefault(spec, 'clusterIPs', [spec.clusterIP])
  setDefault(spec, 'ipFamilies', ['IPv4'])
  setDefault(spec, 'ipFamilyPolicy', 'SingleStack')
  if (spec.type === 'ClusterIP') return
  const taken = takenPorts(context)
  for (const port of drafts(spec, 'ports')) setDefault(port, 'nodePort', freePort(context, taken))
  if (spec.externalTrafficPolicy === 'Local' && spec.type === 'LoadBalancer') {
    setDefault(spec, 'healthCheckNodePort', freePort(context, taken))
  }
}

function freeAddress({ cluster, kernel, store }: WireContext): string {
  const taken = new Set(services(store).flatMap((one) => listAt(one, 'spec', 'clusterIPs')))
  for (;;) {
    const draw = Number.parseInt(kernel.hexId(`cluster-ip/${cluster.name}`, 4), 16)
    const address = `10.100.${draw >> 8}.${draw & 0xff || 1}`
    if (!taken.has(address) || taken.size > 60_000) return address
  }
}

function services(store: WireContext['store']): readonly KubeObject[] {
  return store.list('Service')
}

function takenPorts({ store }: WireContext): Set<unknown> {
  const ports = services(store).flatMap((one) => listAt(one, 'spec', 'ports'))
  return new Set(ports.map((port) => at(port, 'nodePort')))
}

function freePort({ cluster, kernel }: WireContext, taken: Set<unknown>): number {
  for (;;) {
    const draw = Number.parseInt(kernel.hexId(`node-port/${cluster.name}`, 6), 16)
    const port = 30_000 + (draw % 2768)
    if (taken.has(port) && taken.size < 2700) continue
    taken.add(port)
    return port
  }
}
