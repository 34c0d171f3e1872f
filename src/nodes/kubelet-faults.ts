/** Why a kubelet would not start with a KubeletConfiguration, or ignore part of it. Nodes layer, pure. */

import { type FieldFault, fieldFaults } from './field-schema.ts'
import { kubeletConfigurationSchema } from './kubelet-schema.ts'

/**
 * Unknown fields, wrong types and ranges, and values that exclude each other. `path` stands before
 * every field, e.g. `spec.kubelet.config`; empty for none.
 */
export function kubeletFieldFaults(
  kubelet: Readonly<Record<string, unknown>>,
  path = '',
): readonly FieldFault[] {
  const faults = fieldFaults(kubeletConfigurationSchema, kubelet, path)
  return [...faults, ...contradictions(kubelet, path === '' ? '' : `${path}.`)]
}

/** Defaults of the kubelet count: a low threshold of 90 alone contradicts the high one of 85. */
function contradictions(
  kubelet: Readonly<Record<string, unknown>>,
  prefix: string,
): readonly FieldFault[] {
  const { imageGCHighThresholdPercent: high = 85, imageGCLowThresholdPercent: low = 80 } = kubelet
  const faults: FieldFault[] = []
  const add = (field: string, message: string): void => {
    faults.push({ kind: 'wrong-value', path: `${prefix}${field}`, message: `${prefix}${message}` })
  }
  if (typeof low === 'number' && typeof high === 'number' && low >= high) {
    add(
      'imageGCLowThresholdPercent',
      `imageGCLowThresholdPercent ${low} must be below imageGCHighThresholdPercent ${high}`,
    )
  }
  if (kubelet.maxParallelImagePulls !== undefined && kubelet.serializeImagePulls === true) {
    add('maxParallelImagePulls', 'maxParallelImagePulls excludes serializeImagePulls')
  }
  if (kubelet.reservedSystemCPUs !== undefined) {
    for (const field of ['kubeReservedCgroup', 'systemReservedCgroup']) {
      if (kubelet[field] === undefined || kubelet[field] === '') continue
      add(field, `${field} excludes reservedSystemCPUs`)
    }
  }
  const soft = Object.keys(Object(kubelet.evictionSoft))
  const graces = Object.keys(Object(kubelet.evictionSoftGracePeriod))
  for (const signal of soft.filter((one) => !graces.includes(one))) {
    add('evictionSoft', `evictionSoft ${signal} needs an evictionSoftGracePeriod`)
  }
  return faults
}
