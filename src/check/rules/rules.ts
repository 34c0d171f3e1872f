/** All rules, in the order of the catalogue. Check layer, data. */

import type { Rule } from '../rule.ts'
import { ami1 } from './ami-1.ts'
import { ami14 } from './ami-14.ts'
import { lbl1 } from './lbl-1.ts'
import { lbl2 } from './lbl-2.ts'
import { lbl3 } from './lbl-3.ts'
import { lbl4 } from './lbl-4.ts'
import { lt1 } from './lt-1.ts'
import { lt2 } from './lt-2.ts'
import { lt3 } from './lt-3.ts'
import { lt4 } from './lt-4.ts'
import { lt5 } from './lt-5.ts'
import { lt6 } from './lt-6.ts'
import { lt7 } from './lt-7.ts'
import { lt8 } from './lt-8.ts'
import { lt9 } from './lt-9.ts'
import { lt10 } from './lt-10.ts'
import { lt11 } from './lt-11.ts'
import { lt12 } from './lt-12.ts'
import { lt13 } from './lt-13.ts'
import { lt14 } from './lt-14.ts'
import { lt18 } from './lt-18.ts'
import { lt19 } from './lt-19.ts'
import { lt21 } from './lt-21.ts'
import { lt22 } from './lt-22.ts'
import { lt25 } from './lt-25.ts'
import { lt26 } from './lt-26.ts'
import { scl1 } from './scl-1.ts'
import { scl4 } from './scl-4.ts'
import { scl5 } from './scl-5.ts'
import { scl6 } from './scl-6.ts'
import { spt1 } from './spt-1.ts'
import { spt2 } from './spt-2.ts'
import { ud11 } from './ud-11.ts'
import { ud14 } from './ud-14.ts'

/** A new rule is a file beside these and a line here. */
export const rules: readonly Rule[] = [
  lt1,
  lt2,
  lt3,
  lt4,
  lt5,
  lt6,
  lt7,
  lt8,
  lt9,
  lt10,
  lt11,
  lt12,
  lt13,
  lt14,
  lt18,
  lt19,
  lt21,
  lt22,
  ami1,
  scl1,
  scl4,
  scl5,
  scl6,
  spt1,
  spt2,
  lbl1,
  lbl2,
  lbl3,
  lbl4,
  ud11,
  ud14,
  ami14,
  lt25,
  lt26,
]
