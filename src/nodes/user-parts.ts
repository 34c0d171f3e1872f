/** User data that a team wrote, as parts of a MIME document. Nodes layer, pure. */

import { assert } from '../world/assert.ts'
import { type MimeFault, type MimePart, mimeFaults, parseMime, renderMime } from './mime.ts'

/** Parts in their order, or why they cannot be told apart. */
export type UserParts =
  | { readonly parts: readonly MimePart[] }
  | { readonly faults: readonly MimeFault[] }

/** A MIME document as it is, a script or a NodeConfig wrapped as what it is. */
export function partsOf(text: string): UserParts {
  const faults = mimeFaults(text)
  if (faults.length > 0) return { faults }
  const parts = parseMime(text)
  if (parts !== undefined) return { parts }
  if (text.startsWith('#!')) {
    return { parts: [{ contentType: 'text/x-shellscript; charset="us-ascii"', body: text }] }
  }
  if (text.startsWith('#cloud-config')) {
    return { parts: [{ contentType: 'text/cloud-config; charset="us-ascii"', body: text }] }
  }
  if (/^kind:\s*NodeConfig\s*$/m.test(text)) {
    return { parts: [{ contentType: 'application/node.eks.aws', body: text }] }
  }
  const message = 'it is neither MIME, nor a script with #!, nor a NodeConfig'
  return { faults: [{ line: 1, message, isFatal: true }] }
}

/** One document: the team's parts in their order, then ours. `theirs` must be free of faults. */
export function joinUserData(theirs: string, ours: string): string {
  const found = partsOf(theirs)
  assert('parts' in found, 'user data was checked when the fleet was loaded')
  return renderMime([...found.parts, ...(parseMime(ours) ?? [])])
}

/**
 * The text of a template. With an AMI id a team's own text is passed through untouched, since it alone
 * starts the kubelet; otherwise it is joined to ours. `theirs` undefined = ours.
 */
export function finalUserData(
  theirs: string | undefined,
  ours: string,
  isCustomAmi: boolean,
): string {
  if (theirs === undefined) return ours
  return isCustomAmi ? theirs : joinUserData(theirs, ours)
}
