/** LT-19: a disk of another family. Check layer, pure. */

import type { AmiFamily } from '../../nodes/ami-parameters.ts'
import { devicesOf } from '../../nodes/block-devices.ts'
import { isRecord } from '../../nodes/field-schema.ts'
import { listOf } from '../template-reading.ts'
import { templateRule } from '../template-rule.ts'

/** An unknown name is an additional disk, silently. */
export const lt19 = templateRule('LT-19', ({ amiFamily, template }) => ({
  name: listOf(template?.data?.BlockDeviceMappings)
    .map((one) => (isRecord(one) ? String(one.DeviceName ?? '') : ''))
    .join(', '),
  family: amiFamily ?? '',
  rootDevice: wantedDevice(amiFamily),
}))

function wantedDevice(family: AmiFamily | undefined): string {
  const { data, root } = devicesOf(family ?? 'AmazonLinux2023')
  return data ?? root
}
