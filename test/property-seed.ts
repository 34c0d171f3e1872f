/** Properties run with one seed: a run that fails once fails again. PROPERTY_SEED gives another. */

import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 20260901) })
