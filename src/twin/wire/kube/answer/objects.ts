/** Objects, lists, Tables and partial metadata in the form that the client asked for. Twin layer. */

import type { KubeObject } from '../../../../world/kube-objects.ts'
import type { Representation } from '../http/accept.ts'
import { refusal } from '../http/status.ts'
import { sealEnvelope } from '../protobuf/envelope.ts'
import { MessageWriter } from '../protobuf/wire-format.ts'
import { writeMessage } from '../protobuf/write-message.ts'
import { apiVersionOf, type Resource } from '../resources/resource.ts'
import type { JsonObject } from '../schema/own.ts'
import { rowConditions, tableCells, tableColumns } from '../table/table.ts'
import { withContainerStatuses } from '../view/pod-status.ts'
import { type ViewTexts, viewOf } from '../view/view.ts'
import { type Answer, contentTypes } from './answer.ts'
import { writeYaml } from './yaml.ts'

/** metadata of a list. */
export interface ListMeta {
  readonly resourceVersion: string
  readonly continueToken?: string
  readonly remainingItemCount?: number
}

/** How a client wants objects. */
export interface ObjectForm extends Representation {
  readonly includeObject: 'Metadata' | 'Object' | 'None'
  readonly nowMs: number
}

/** Reads `includeObject`. @throws StatusError 400. */
export function formOf(
  representation: Representation,
  query: URLSearchParams,
  nowMs: number,
): ObjectForm {
  const include = query.get('includeObject') ?? ''
  if (representation.as === 'Table' && !['', 'Metadata', 'Object', 'None'].includes(include)) {
    const why = `includeObject: Invalid value: "${include}": must be 'Metadata', 'Object', 'None', or empty`
    throw refusal(400, `Unable to convert to Table as requested: ${why}`)
  }
  const includeObject = (include === '' ? 'Metadata' : include) as ObjectForm['includeObject']
  return { ...representation, includeObject, nowMs }
}

/** Writes objects of all forms; texts of whole objects are kept by `texts`. */
export class ObjectWriter {
  private readonly texts: ViewTexts

  constructor(texts: ViewTexts) {
    this.texts = texts
  }

  /** One object. @throws StatusError 406 for a list form. */
  object(code: number, resource: Resource, object: KubeObject, form: ObjectForm): Answer {
    if (form.as === 'PartialObjectMetadataList') {
      const type = `*${packageOf(resource)}.${resource.kind}`
      const asked = 'you requested PartialObjectMetadataList'
      throw refusal(406, `${asked}, but the requested object is not a list (${type})`)
    }
    return this.written(code, this.objectText(resource, object, form), form)
  }

  /** A list. @throws StatusError 406 for the form of one object. */
  list(resource: Resource, items: readonly KubeObject[], meta: ListMeta, form: ObjectForm): Answer {
    if (form.as === 'PartialObjectMetadata') {
      const type = `*${packageOf(resource)}.${resource.kind}List`
      const asked = 'you requested PartialObjectMetadata'
      throw refusal(406, `${asked}, but the requested object is a list (${type})`)
    }
    if (form.encoding === 'protobuf' && resource.struct !== undefined && form.as === 'object') {
      return this.binary(200, protobufList(resource, items, meta))
    }
    return this.written(200, this.listText(resource, items, meta, form), form)
  }

  /** One object as a watch event carries it. */
  objectText(
    resource: Resource,
    object: KubeObject,
    form: ObjectForm,
    hasColumns = true,
  ): string | Buffer {
    switch (form.as) {
      case 'Table': {
        const { resourceVersion = '' } = object.metadata
        const head = tableHead(resource, { resourceVersion }, form, hasColumns)
        return `${head}${this.rowText(resource, object, form)}]}`
      }
      case 'PartialObjectMetadata':
      case 'PartialObjectMetadataList':
        return partialText(resource, object, form)
      case 'object':
        if (form.encoding === 'protobuf' && resource.struct !== undefined) {
          return protobufObject(resource, object)
        }
        return this.texts.textOf(resource, object)
    }
  }

  private listText(
    resource: Resource,
    items: readonly KubeObject[],
    meta: ListMeta,
    form: ObjectForm,
  ): string {
    if (form.as === 'Table') {
      const rows = items.map((one) => this.rowText(resource, one, form)).join(',')
      return `${tableHead(resource, meta, form, true)}${rows}]}`
    }
    const metadata = JSON.stringify(metaOf(meta, resource.custom !== undefined))
    if (form.as === 'PartialObjectMetadataList') {
      const texts = items.map((one) => partialText(resource, one, form)).join(',')
      const kind = '"kind":"PartialObjectMetadataList"'
      return `{${kind},"apiVersion":"meta.k8s.io/${form.version}","metadata":${metadata},"items":[${texts}]}`
    }
    const texts = items.map((one) => this.texts.itemTextOf(resource, one)).join(',')
    const kind = `"kind":"${resource.kind}List","apiVersion":"${apiVersionOf(resource)}"`
    return `{${kind},"metadata":${metadata},"items":[${texts}]}`
  }

  private rowText(resource: Resource, object: KubeObject, form: ObjectForm): string {
    const shown = resource.kind === 'Pod' ? withContainerStatuses(object) : object
    const cells = tableCells(resource, shown, form)
    const conditions = rowConditions(resource, object)
    const included =
      form.includeObject === 'None'
        ? 'null'
        : form.includeObject === 'Object'
          ? this.texts.textOf(resource, object)
          : partialText(resource, object, form)
    const tail = conditions === undefined ? '' : `,"conditions":${JSON.stringify(conditions)}`
    return `{"cells":${JSON.stringify(cells)}${tail},"object":${included}}`
  }

  private written(code: number, text: string | Buffer, form: ObjectForm): Answer {
    if (typeof text !== 'string') return this.binary(code, text)
    if (form.encoding === 'yaml') {
      const body = writeYaml(JSON.parse(text))
      return { code, headers: { 'content-type': contentTypes.yaml }, body }
    }
    return { code, headers: { 'content-type': contentTypes.json }, body: `${text}\n` }
  }

  private binary(code: number, body: Buffer): Answer {
    return { code, headers: { 'content-type': contentTypes.protobuf }, body }
  }
}

function packageOf({ group }: Resource): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group)
}

function metaOf(
  { continueToken, remainingItemCount, resourceVersion }: ListMeta,
  isCustom: boolean,
): JsonObject {
  return {
    ...(isCustom && continueToken === undefined ? { continue: '' } : {}),
    resourceVersion,
    ...(continueToken === undefined ? {} : { continue: continueToken }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  }
}

function tableHead(
  resource: Resource,
  meta: ListMeta,
  form: ObjectForm,
  hasColumns: boolean,
): string {
  const metadata = JSON.stringify(metaOf(meta, false))
  const columns = hasColumns ? JSON.stringify(tableColumns(resource)) : 'null'
  const head = `{"kind":"Table","apiVersion":"meta.k8s.io/${form.version}"`
  return `${head},"metadata":${metadata},"columnDefinitions":${columns},"rows":[`
}

function partialText(resource: Resource, object: KubeObject, form: ObjectForm): string {
  const view = viewMetadata(resource, object)
  const head = `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${form.version}"`
  return `${head},"metadata":${JSON.stringify(view)}}`
}

function viewMetadata(resource: Resource, object: KubeObject): JsonObject {
  const bare = { ...object, spec: undefined, status: undefined } as unknown as KubeObject
  if (resource.struct === undefined) return object.metadata as unknown as JsonObject
  return viewOf(resource, bare).metadata as JsonObject
}

function protobufObject(resource: Resource, object: KubeObject): Buffer {
  const raw = writeMessage(resource.struct ?? '', viewOf(resource, object))
  return sealEnvelope({ apiVersion: apiVersionOf(resource), kind: resource.kind, raw })
}

function protobufList(resource: Resource, items: readonly KubeObject[], meta: ListMeta): Buffer {
  const { continueToken, remainingItemCount, resourceVersion } = meta
  const writer = new MessageWriter()
  const metadata = { resourceVersion, continue: continueToken, remainingItemCount }
  writer.bytes(1, writeMessage('meta.v1.ListMeta', metadata))
  for (const item of items) {
    writer.bytes(2, writeMessage(resource.struct ?? '', viewOf(resource, item)))
  }
  const raw = writer.finish()
  return sealEnvelope({ apiVersion: apiVersionOf(resource), kind: `${resource.kind}List`, raw })
}
