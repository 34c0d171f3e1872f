/** User data around a bootstrap.sh call: Amazon Linux 2 and Ubuntu. Nodes layer, pure. */

import { editConfigLines, overwrittenFields, parseConfigLines } from './al2-kubelet.ts'
import type { Bootstrap } from './bootstrap.ts'
import { completeFacts, listed, withoutEmptyValue } from './bootstrap-members.ts'
import { parseCall, renderCall, type ScriptDialect } from './bootstrap-script.ts'
import { flagByField } from './kubelet-flags.ts'
import {
  commandPart,
  type LinuxPlaces,
  parseCommandPart,
  parseLinuxParts,
  renderLinuxParts,
} from './linux-parts.ts'
import { type MimePart, parseMime, renderMime } from './mime.ts'
import type { ParsedUserData } from './parsed-user-data.ts'

const scriptType = 'text/x-shellscript; charset="us-ascii"'
/** First lines of the part that edits the kubelet's file where EKS makes the call. */
const editHead = '#!/bin/bash\n# Edits the configuration of the kubelet.\nset -e\n'

/** One family of images with such a script. */
export interface ScriptFamily extends ScriptDialect {
  readonly places: LinuxPlaces
}

/**
 * Custom AMI: a plain script, or MIME when there is more than the call. Merged: MIME parts that run
 * before EKS's own call, because a second one would break the node; empty when there is nothing to say.
 */
export function renderScriptFamily(bootstrap: Bootstrap, family: ScriptFamily): string {
  const { cluster } = bootstrap
  const commands = (bootstrap.preBootstrapCommands ?? []).map(commandPart)
  const before = [
    ...(bootstrap.parts ?? []),
    ...renderLinuxParts(bootstrap, family.places),
    ...commands,
  ]
  if (cluster === undefined) {
    const edits = editConfigLines(fileFields(bootstrap))
    const edit = { contentType: scriptType, body: `${editHead}${edits.join('\n')}` }
    const parts = edits.length === 0 ? before : [...before, edit]
    return parts.length === 0 ? '' : renderMime(parts)
  }
  const edits = editConfigLines(
    fileFields(bootstrap).filter(([key]) => !Object.hasOwn(flagByField, key)),
  )
  const script = renderCall({ ...bootstrap, cluster }, edits, family)
  const after = (bootstrap.postBootstrapCommands ?? []).map(commandPart)
  if (before.length === 0 && after.length === 0) return script
  return renderMime([...before, { contentType: scriptType, body: script }, ...after])
}

/** Fields that survive in the file, in key order. */
function fileFields({ kubelet }: Bootstrap): readonly (readonly [string, unknown])[] {
  return Object.entries(kubelet)
    .filter(([key]) => !overwrittenFields.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The reverse; what nothing here has written stays in `parts`. */
export function parseScriptFamily(text: string, family: ScriptFamily): Bootstrap {
  const parts = partsIn(text)
  const callAt = parts.findIndex((part) => isScript(part) && parseCall(part.body) !== undefined)
  const call = callAt < 0 ? undefined : parseCall(parts[callAt]?.body ?? '')
  const found = parseLinuxParts(callAt < 0 ? parts : parts.slice(0, callAt), family.places)
  const commandOf = (part: MimePart): readonly string[] => {
    const command = parseCommandPart(part)
    return command === undefined ? [] : [command]
  }
  const pre = found.rest.flatMap(commandOf)
  const post = callAt < 0 ? [] : parts.slice(callAt + 1).flatMap(commandOf)
  const edit = found.rest.find((part) => part.body.startsWith(editHead))
  const own = found.rest.filter((part) => part !== edit && parseCommandPart(part) === undefined)
  const { rest: _, ...linux } = found
  const fromFile = parseConfigLines(edit?.body ?? parts[callAt]?.body ?? '')
  return {
    cluster: call === undefined ? undefined : completeFacts(call.cluster),
    labels: call?.labels ?? {},
    taints: (call?.taints ?? []).map(withoutEmptyValue),
    kubelet: { ...fromFile, ...call?.kubelet },
    ...linux,
    ...listed('kubeletFlags', call?.kubeletFlags ?? []),
    ...(call?.localStorage === undefined ? {} : { localStorage: call.localStorage }),
    ...listed('preBootstrapCommands', pre),
    ...listed('postBootstrapCommands', post),
    ...listed('parts', own),
  }
}

function partsIn(text: string): readonly MimePart[] {
  const parts = parseMime(text)
  if (parts !== undefined) return parts
  return text === '' ? [] : [{ contentType: scriptType, body: text }]
}

function isScript({ contentType }: MimePart): boolean {
  return contentType.startsWith('text/x-shellscript')
}

/** Labels, taints and kubelet settings of a bootstrap call anywhere in a text; undefined without one. */
export function parseScript(text: string): ParsedUserData | undefined {
  for (const part of partsIn(text).filter(isScript)) {
    const call = parseCall(part.body)
    if (call === undefined) continue
    const { cluster, labels, taints } = call
    const kubelet = { ...parseConfigLines(part.body), ...call.kubelet }
    return { kind: 'al2', cluster, labels, taints, kubelet }
  }
  return undefined
}
