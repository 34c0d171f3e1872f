/** LT-3: shutdown behaviour or hibernation in the template. Check layer, pure. */

import { templateRule } from '../template-rule.ts'

/** Told by the faults of a template. */
export const lt3 = templateRule('LT-3', (_, { path }) => ({ field: path }))
