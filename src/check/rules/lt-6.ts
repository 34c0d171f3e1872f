/** LT-6: a disk size beside a template. Check layer, pure. */

import { devicesOf } from '../../nodes/block-devices.ts'
import { templateRule } from '../template-rule.ts'

/** The template has the only disk. */
export const lt6 = templateRule('LT-6', ({ amiFamily, diskSize }) => ({
  gib: diskSize ?? 0,
  rootDevice: devicesOf(amiFamily ?? 'AmazonLinux2023').root,
}))
