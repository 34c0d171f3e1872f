/** All rules, in the order of the catalogue. Check layer, data. */

import type { Rule } from '../rule.ts'
import { ami1 } from './ami-1.ts'
import { ami2 } from './ami-2.ts'
import { ami3 } from './ami-3.ts'
import { ami4 } from './ami-4.ts'
import { ami6 } from './ami-6.ts'
import { ami7 } from './ami-7.ts'
import { ami9 } from './ami-9.ts'
import { ami11 } from './ami-11.ts'
import { ami12 } from './ami-12.ts'
import { ami13 } from './ami-13.ts'
import { ami14 } from './ami-14.ts'
import { cb1 } from './cb-1.ts'
import { iam5 } from './iam-5.ts'
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
import { nam1 } from './nam-1.ts'
import { nam2 } from './nam-2.ts'
import { nam3 } from './nam-3.ts'
import { scl1 } from './scl-1.ts'
import { scl2 } from './scl-2.ts'
import { scl3 } from './scl-3.ts'
import { scl4 } from './scl-4.ts'
import { scl5 } from './scl-5.ts'
import { scl6 } from './scl-6.ts'
import { seed14 } from './seed-14.ts'
import { seed15 } from './seed-15.ts'
import { seed17 } from './seed-17.ts'
import { seed18 } from './seed-18.ts'
import { spt1 } from './spt-1.ts'
import { spt2 } from './spt-2.ts'
import { ud1 } from './ud-1.ts'
import { ud2 } from './ud-2.ts'
import { ud3 } from './ud-3.ts'
import { ud4 } from './ud-4.ts'
import { ud5 } from './ud-5.ts'
import { ud6 } from './ud-6.ts'
import { ud7 } from './ud-7.ts'
import { ud8 } from './ud-8.ts'
import { ud9 } from './ud-9.ts'
import { ud10 } from './ud-10.ts'
import { ud11 } from './ud-11.ts'
import { ud12 } from './ud-12.ts'
import { ud13 } from './ud-13.ts'
import { ud14 } from './ud-14.ts'
import { ud15 } from './ud-15.ts'
import { ud16 } from './ud-16.ts'
import { ud17 } from './ud-17.ts'
import { ud18 } from './ud-18.ts'
import { ud19 } from './ud-19.ts'
import { ud20 } from './ud-20.ts'
import { ver1 } from './ver-1.ts'
import { ver2 } from './ver-2.ts'
import { ver3 } from './ver-3.ts'
import { ver4 } from './ver-4.ts'
import { ver5 } from './ver-5.ts'

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
  ud1,
  ud2,
  ud3,
  ud4,
  ud5,
  ud6,
  ud7,
  ud8,
  ud9,
  ami1,
  ami2,
  ami3,
  ami4,
  ami6,
  ami7,
  ami9,
  ver1,
  ver2,
  ver3,
  ver4,
  ver5,
  scl1,
  scl2,
  scl3,
  scl4,
  scl5,
  scl6,
  spt1,
  spt2,
  cb1,
  lbl1,
  lbl2,
  lbl3,
  lbl4,
  iam5,
  nam1,
  ud10,
  ud11,
  ud12,
  ud13,
  ud14,
  ud15,
  ud16,
  ud17,
  ud18,
  ud19,
  ami11,
  ami12,
  ami13,
  ami14,
  lt25,
  lt26,
  nam2,
  nam3,
  seed14,
  seed15,
  seed17,
  seed18,
  ud20,
]
