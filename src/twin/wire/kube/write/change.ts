/** A changed object on its way into the store, whether it came by PUT, PATCH, apply or a subresource. Twin layer. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import { isSameJson } from '../../../kube/unchanged.ts'
import {
  type Manager,
  managersAfterUpdate,
  managersOf,
  type Writer,
  writeManagers,
} from '../apply/managed-fields.ts'
import { shapeOf } from '../apply/shape-of.ts'
import type { Outcome, ResourceCall, WireContext } from '../context.ts'
import { conflict, modifiedText } from '../http/refusals.ts'
import { badRequest } from '../http/status.ts'
import { generationRuleOf } from '../resources/kind-rules.ts'
import { apiVersionOf, type Resource } from '../resources/resource.ts'
import { at, type JsonObject, textAt } from '../schema/own.ts'
import { validateChange } from '../validate/validate.ts'
import { toStored } from '../view/convert.ts'
import { viewOf } from '../view/view.ts'
import { orStatus, requireStorable } from './failure.ts'
import { checkNamespace } from './new-metadata.ts'
import { warningHeaders } from './notes.ts'
import { reshaped } from './reshape.ts'
import { deprecations } from './warnings.ts'

/** What a producer makes of an object. */
export interface Produced {
  readonly after: JsonObject
  readonly warnings: readonly string[]
  /** Set by apply; otherwise they are worked out from the difference. */
  readonly managers?: readonly Manager[]
}

/** One change. */
export interface Change {
  readonly verb: 'update' | 'patch'
  readonly stored: KubeObject
  readonly manager: string
  readonly isDryRun: boolean
  readonly produce: (before: JsonObject) => Produced
}

/** Checks and stores a change, and answers the object. @throws StatusError. */
export function changeObject(context: WireContext, call: ResourceCall, change: Change): Outcome {
  const { stored, warnings } = applyChange(context, call, change)
  const answer = context.writer.object(200, call.resource, stored, call.form)
  return { ...answer, headers: { ...answer.headers, ...warningHeaders(warnings) } }
}

/** The stored object after a change. @throws StatusError. */
export function applyChange(
  context: WireContext,
  call: ResourceCall,
  change: Change,
): { readonly stored: KubeObject; readonly warnings: readonly string[] } {
  const { resource } = call
  const isStatus = call.subresource?.name === 'status'
  const before = viewOf(resource, change.stored)
  const produced = change.produce(before)
  checkIdentity(call, before, produced.after)
  const after = reshaped(resource, { before, after: produced.after, isStatus })
  validateChange(resource, before, after, isStatus)
  const managers =
    produced.managers ?? managersOfChange(context, call, change, { before, after, produced })
  const final = withManagers(after, managers)
  const { warnings } = produced
  requireStorable(final, call.request.body.length)
  if (isSameJson(before, final)) return { stored: change.stored, warnings }
  const all = [...warnings, ...(isStatus ? [] : deprecations(resource, final))]
  return { stored: store(context, call, change, { before, final }), warnings: all }
}

/** Name, namespace and version of the body must be those of the object. @throws StatusError. */
function checkIdentity(
  { path, resource }: ResourceCall,
  before: JsonObject,
  after: JsonObject,
): void {
  const name = textAt(after, 'metadata', 'name')
  if (name !== '' && name !== path.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${path.name})`,
    )
  }
  checkNamespace(textAt(after, 'metadata', 'namespace'), path.namespace)
  const version = textAt(after, 'metadata', 'resourceVersion')
  if (version === '' || version === '0') return
  if (version === textAt(before, 'metadata', 'resourceVersion')) return
  throw conflict(
    { group: resource.group, resource: resource.plural, name: path.name },
    modifiedText,
  )
}

function managersOfChange(
  context: WireContext,
  call: ResourceCall,
  { manager }: Change,
  { after, before, produced }: { before: JsonObject; after: JsonObject; produced: Produced },
): readonly Manager[] {
  const sent = at(produced.after, 'metadata', 'managedFields')
  const own = at(before, 'metadata', 'managedFields')
  const isReplaced = sent !== undefined && !isSameJson(sent, own)
  const base = isReplaced
    ? { ...before, metadata: { ...(before.metadata as JsonObject), managedFields: sent } }
    : before
  // An empty list, or one of empty entries, takes all managers off, as recorded.
  if (isReplaced && managersOf(base).every(({ fields }) => fields.size === 0)) return []
  const writer: Writer = {
    name: manager,
    operation: 'Update',
    apiVersion: apiVersionOf(call.resource),
    subresource: call.subresource?.name ?? '',
  }
  return managersAfterUpdate(
    shapeOf(call.resource),
    { before: base, after },
    writer,
    context.kernel.nowText(),
  )
}

function withManagers(object: JsonObject, managers: readonly Manager[]): JsonObject {
  const { managedFields: _, ...metadata } = object.metadata as JsonObject
  const written = writeManagers(managers)
  const owned = written === undefined ? metadata : { ...metadata, managedFields: written }
  return { ...object, metadata: owned }
}

function store(
  context: WireContext,
  call: ResourceCall,
  change: Change,
  { before, final }: { before: JsonObject; final: JsonObject },
): KubeObject {
  const { path, resource, user } = call
  const ref = { namespace: path.namespace, name: path.name }
  const subject = { group: resource.group, resource: resource.plural, name: path.name }
  const edit = {
    kind: resource.storeKind,
    ref,
    verb: change.verb,
    user: user.name,
    isDryRun: change.isDryRun,
    isGenerationRaised:
      call.subresource === undefined && isGenerationRaised(resource, before, final),
  }
  return orStatus(subject, path.namespace, () =>
    context.server.edit(edit, (raw) => rawAfter(resource, raw, before, final)),
  )
}

function isGenerationRaised(resource: Resource, before: JsonObject, final: JsonObject): boolean {
  const rule = generationRuleOf(resource)
  if (rule === undefined || !isSameJson(before.spec, final.spec)) return false
  const differs = (...path: readonly string[]): boolean =>
    !isSameJson(at(before, ...path), at(final, ...path))
  if (rule.onAnnotations && differs('metadata', 'annotations')) return true
  if (rule.onLabels && differs('metadata', 'labels')) return true
  if (!rule.onSpec || Object.hasOwn(final, 'spec')) return false
  return Object.keys(final).some(
    (name) => !['metadata', 'status', 'kind', 'apiVersion'].includes(name) && differs(name),
  )
}

/** Metadata that clients write; the rest is the server's. */
const clientMetadata = [
  'annotations',
  'finalizers',
  'generateName',
  'labels',
  'managedFields',
  'ownerReferences',
]

/** Parts that did not change stay those of the store, so that only a real change is one. */
function rawAfter(
  resource: Resource,
  raw: KubeObject,
  before: JsonObject,
  final: JsonObject,
): KubeObject {
  const old = raw as unknown as JsonObject
  const now = toStored(resource, final)
  const was = toStored(resource, before)
  const result: Record<string, unknown> = {}
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (name === 'metadata') continue
    const part = isSameJson(was[name], now[name]) ? old[name] : now[name]
    if (part !== undefined) result[name] = part
  }
  const metadata: Record<string, unknown> = { ...raw.metadata }
  for (const name of clientMetadata) {
    const value = at(final, 'metadata', name)
    if (value === undefined) delete metadata[name]
    else if (!isSameJson(metadata[name], value)) metadata[name] = value
  }
  return { ...result, metadata } as unknown as KubeObject
}
