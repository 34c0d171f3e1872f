/** Rules that the catalogue of launch template rules does not have. Check layer, data. */

import type { CatalogueRow } from './catalogue.ts'

/** They take the next number of their prefix; ids never change. */
export const ownRows: readonly CatalogueRow[] = [
  {
    id: 'UD-20',
    severity: 'error',
    ops: ['create', 'updateVersion'],
    appliesTo: 'Bottlerocket',
    phase: 'async',
    condition:
      'a Bottlerocket setting that does not exist, cannot have its value, or is one that EKS writes',
    message: 'Bottlerocket: {reason}',
    remedy: 'correct it against the settings of the Bottlerocket version',
    aws: { code: 'NodeCreationFailure' },
    verified: false,
  },
]
