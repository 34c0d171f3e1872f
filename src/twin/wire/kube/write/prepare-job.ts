/** A new Job gets a selector and labels of its own uid. Twin layer. */

import type { WireContext } from '../context.ts'
import { type Draft, draft } from '../defaults/containers.ts'

/** Generates the selector unless the Job manages it itself. */
export function prepareJob(object: Draft, { cluster, kernel }: WireContext): void {
  const spec = draft(object, 'spec')
  const metadata = draft(object, 'metadata')
  if (spec === undefined || metadata === undefined || spec.manualSelector === true) return
  const uid = kernel.uuid(`uid/${cluster.name}`)
  metadata.uid = uid
  const name = metadata.name
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  const template = draft(spec, 'template') ?? {}
  const inner = draft(template, 'metadata') ?? {}
  const own = draft(inner, 'labels')
  inner.labels = { ...own, ...labels }
  template.metadata = inner
  spec.template = template
  spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }
  // Without template labels the Job takes the generated ones.
  if (own === undefined && draft(metadata, 'labels') === undefined) metadata.labels = labels
}
