/** How services, endpoints and ingresses are printed. Twin layer, pure. */

import { at, isJsonObject, listAt, textAt } from '../schema/own.ts'
import {
  type Cell,
  count,
  created,
  nameOf,
  orNone,
  type PrintContext,
  pairsText,
  selectorText,
} from './texts.ts'

type Printer = (object: unknown, context: PrintContext) => Cell[]

/** Services. */
export const serviceCells: Printer = (object, context) => [
  nameOf(object),
  textAt(object, 'spec', 'type') || 'ClusterIP',
  orNone(textAt(object, 'spec', 'clusterIP')),
  externalText(object),
  orNone(listAt(object, 'spec', 'ports').map(portText).join(',')),
  created(object, context),
  pairsText(at(object, 'spec', 'selector')),
]

function portText(port: unknown): string {
  const node = count(port, 'nodePort')
  const head = node === 0 ? `${count(port, 'port')}` : `${count(port, 'port')}:${node}`
  return `${head}/${textAt(port, 'protocol') || 'TCP'}`
}

function externalText(service: unknown): string {
  const ips = listAt(service, 'spec', 'externalIPs').join(',')
  switch (textAt(service, 'spec', 'type')) {
    case 'LoadBalancer': {
      const ingress = listAt(service, 'status', 'loadBalancer', 'ingress')
      const names = ingress.map((one) => textAt(one, 'ip') || textAt(one, 'hostname'))
      const all = [...names, ...(ips === '' ? [] : [ips])].join(',')
      return orNone(all, '<pending>')
    }
    case 'ExternalName':
      return textAt(service, 'spec', 'externalName')
    default:
      return orNone(ips)
  }
}

/** Endpoints: the first three addresses. */
export const endpointsCells: Printer = (object, context) => {
  const texts = listAt(object, 'subsets').flatMap((subset) => {
    const ports = listAt(subset, 'ports')
    const addresses = listAt(subset, 'addresses')
    if (ports.length === 0) return addresses.map((one) => textAt(one, 'ip'))
    return ports.flatMap((port) =>
      addresses.map((one) => `${textAt(one, 'ip')}:${count(port, 'port')}`),
    )
  })
  return [nameOf(object), orNone(firstOf(texts, 3)), created(object, context)]
}

function firstOf(texts: readonly string[], max: number): string {
  if (texts.length <= max) return texts.join(',')
  return `${texts.slice(0, max).join(',')} + ${texts.length - max} more...`
}

/** EndpointSlices. */
export const endpointSliceCells: Printer = (object, context) => {
  const ports = listAt(object, 'ports').map((port) => {
    const number = at(port, 'port')
    return typeof number === 'number' ? String(number) : '*'
  })
  const addresses = listAt(object, 'endpoints').flatMap((one) =>
    listAt(one, 'addresses').map(String),
  )
  return [
    nameOf(object),
    textAt(object, 'addressType'),
    orNone(firstOf(ports, 3), '<unset>'),
    orNone(firstOf(addresses, 3), '<unset>'),
    created(object, context),
  ]
}

/** Ingresses. */
export const ingressCells: Printer = (object, context) => {
  const hosts = listAt(object, 'spec', 'rules')
    .map((rule) => textAt(rule, 'host'))
    .filter(Boolean)
  const balancers = listAt(object, 'status', 'loadBalancer', 'ingress')
  const addresses = balancers.map((one) => textAt(one, 'ip') || textAt(one, 'hostname'))
  const hasTls = listAt(object, 'spec', 'tls').length > 0
  return [
    nameOf(object),
    orNone(textAt(object, 'spec', 'ingressClassName')),
    hosts.length === 0 ? '*' : firstOf(hosts, 3),
    addresses.join(','),
    hasTls ? '80, 443' : '80',
    created(object, context),
  ]
}

/** IngressClasses. */
export const ingressClassCells: Printer = (object, context) => {
  const parameters = at(object, 'spec', 'parameters')
  const group = textAt(parameters, 'apiGroup')
  const kind = textAt(parameters, 'kind')
  const text = isJsonObject(parameters)
    ? `${kind}${group === '' ? '' : `.${group}`}/${textAt(parameters, 'name')}`
    : '<none>'
  return [nameOf(object), textAt(object, 'spec', 'controller'), text, created(object, context)]
}

/** NetworkPolicies. */
export const networkPolicyCells: Printer = (object, context) => [
  nameOf(object),
  selectorText(at(object, 'spec', 'podSelector')),
  created(object, context),
]
