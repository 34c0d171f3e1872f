/** Rules that read what AWS and the cluster say; quiet without it. Check layer, data. */

import type { Rule } from '../rule.ts'
import { ami5 } from './ami-5.ts'
import { ami6Offered } from './ami-6-offered.ts'
import { ami8 } from './ami-8.ts'
import { iam1 } from './iam-1.ts'
import { iam2 } from './iam-2.ts'
import { lt15 } from './lt-15.ts'
import { lt17 } from './lt-17.ts'
import { lt20 } from './lt-20.ts'
import { lt23 } from './lt-23.ts'
import { nam1Taken } from './nam-1-taken.ts'
import { net1 } from './net-1.ts'
import { net2 } from './net-2.ts'
import { net3 } from './net-3.ts'
import { net4 } from './net-4.ts'
import { net5 } from './net-5.ts'
import { pdb1 } from './pdb-1.ts'
import { pdb2 } from './pdb-2.ts'
import { scl6Live } from './scl-6-live.ts'
import { ver3Published } from './ver-3-published.ts'

/** All of them; those with the id of an offline rule know more than it. */
export const liveRules: readonly Rule[] = [
  ver3Published,
  nam1Taken,
  ami5,
  ami6Offered,
  ami8,
  scl6Live,
  iam1,
  iam2,
  net1,
  net2,
  net3,
  net4,
  net5,
  lt15,
  lt17,
  lt20,
  lt23,
  pdb1,
  pdb2,
]
