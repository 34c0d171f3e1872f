/** SCL-4: an update configuration that is not exactly one of count and share. Check layer, pure. */

import type { GroupRule } from '../rule.ts'

/** No update configuration at all is fine: EKS takes one node at a time then. */
export const scl4: GroupRule = {
  id: 'SCL-4',
  scope: 'group',
  find: ({ updateConfig }) => {
    if (updateConfig === undefined || updateConfig === 'none') return []
    const values = [updateConfig.maxUnavailable, updateConfig.maxUnavailablePercentage].filter(
      (one) => one !== undefined,
    )
    const isOne = values.length === 1 && values.every((one) => one >= 1 && one <= 100)
    return isOne ? [] : [{ member: 'updateConfig' }]
  },
}
