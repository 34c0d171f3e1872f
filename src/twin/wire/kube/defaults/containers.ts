/** Defaults of containers, probes and volumes. They change fresh objects in place. Twin layer, pure. */

import { isJsonObject, listAt } from '../schema/own.ts'

/** A fresh object that defaults are written into. */
export type Draft = Record<string, unknown>

/** Sets a member that is not there. */
export function setDefault(target: Draft, name: string, value: unknown): void {
  if (target[name] === undefined || target[name] === null) target[name] = value
}

/** The objects of a list member. */
export function drafts(target: unknown, name: string): readonly Draft[] {
  return listAt(target, name).filter(isJsonObject) as readonly Draft[]
}

/** The object at a member; undefined when there is none. */
export function draft(target: unknown, name: string): Draft | undefined {
  const value = isJsonObject(target) ? target[name] : undefined
  return isJsonObject(value) ? (value as Draft) : undefined
}

/** Defaults of one container of a pod or a template. */
export function defaultContainer(container: Draft): void {
  setDefault(container, 'terminationMessagePath', '/dev/termination-log')
  setDefault(container, 'terminationMessagePolicy', 'File')
  setDefault(container, 'imagePullPolicy', pullPolicyOf(String(container.image ?? '')))
  for (const port of drafts(container, 'ports')) setDefault(port, 'protocol', 'TCP')
  for (const variable of drafts(container, 'env')) {
    const reference = draft(draft(variable, 'valueFrom'), 'fieldRef')
    if (reference !== undefined) setDefault(reference, 'apiVersion', 'v1')
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = draft(container, name)
    if (probe !== undefined) defaultProbe(probe)
  }
  for (const hook of ['postStart', 'preStop']) {
    defaultHttpGet(draft(draft(draft(container, 'lifecycle'), hook), 'httpGet'))
  }
}

/** `latest` and no tag are pulled always. */
function pullPolicyOf(image: string): string {
  if (image.includes('@')) return 'IfNotPresent'
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function defaultProbe(probe: Draft): void {
  setDefault(probe, 'timeoutSeconds', 1)
  setDefault(probe, 'periodSeconds', 10)
  setDefault(probe, 'successThreshold', 1)
  setDefault(probe, 'failureThreshold', 3)
  defaultHttpGet(draft(probe, 'httpGet'))
  const grpc = draft(probe, 'grpc')
  if (grpc !== undefined) setDefault(grpc, 'service', '')
}

function defaultHttpGet(get: Draft | undefined): void {
  if (get === undefined) return
  setDefault(get, 'path', '/')
  setDefault(get, 'scheme', 'HTTP')
}

/** Mode 0644, as the API writes it. */
const fileMode = 420

/** Defaults of one volume. */
export function defaultVolume(volume: Draft): void {
  if (Object.keys(volume).length === 1) volume.emptyDir = {}
  for (const name of ['configMap', 'secret', 'projected', 'downwardAPI']) {
    const source = draft(volume, name)
    if (source !== undefined) setDefault(source, 'defaultMode', fileMode)
  }
  const host = draft(volume, 'hostPath')
  if (host !== undefined) setDefault(host, 'type', '')
  defaultItems(draft(volume, 'downwardAPI'))
  for (const source of drafts(draft(volume, 'projected'), 'sources')) {
    const token = draft(source, 'serviceAccountToken')
    if (token !== undefined) setDefault(token, 'expirationSeconds', 3600)
    defaultItems(draft(source, 'downwardAPI'))
  }
}

function defaultItems(source: Draft | undefined): void {
  for (const item of drafts(source, 'items')) {
    const reference = draft(item, 'fieldRef')
    if (reference !== undefined) setDefault(reference, 'apiVersion', 'v1')
  }
}
