/** Amazon Linux 2 user data: `/etc/eks/bootstrap.sh`. Nodes layer, pure. */

import type { Bootstrap } from './bootstrap.ts'
import { amazonLinuxPlaces } from './linux-parts.ts'
import { parseScriptFamily, renderScriptFamily, type ScriptFamily } from './script-user-data.ts'

const family: ScriptFamily = { isFull: true, places: amazonLinuxPlaces }

/** Plain text; empty when EKS's own part is all there is. */
export function renderAl2(bootstrap: Bootstrap): string {
  return renderScriptFamily(bootstrap, family)
}

/** The reverse. */
export function parseAl2(text: string): Bootstrap {
  return parseScriptFamily(text, family)
}
