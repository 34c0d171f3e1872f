/** LBL-1: a label with a prefix of Kubernetes or EKS. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

const reserved = /(?:^|\.)(?:kubernetes\.io|k8s\.io|eks\.amazonaws\.com)$/

/** Labels of the API; those of user data are UD-8. */
export const lbl1: GroupRule = {
  id: 'LBL-1',
  scope: 'group',
  find: ({ labels = {} }) =>
    Object.keys(labels)
      .filter((key) => reserved.test(key.includes('/') ? key.slice(0, key.indexOf('/')) : ''))
      .map((key) => ({ member: `labels.${key}`, values: { key } })),
}
