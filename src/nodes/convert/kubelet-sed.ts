/** sed on the kubelet's file: what it sets, and how it could have gone wrong unseen. Nodes layer. */

import { blocking, type Outcome, type Ran } from './outcome.ts'
import type { Handler } from './run-command.ts'
import { membersOf, type SedCall, sedCall } from './sed-edits.ts'
import { kubeletConfigPath, placed, type State, tellOnce } from './state.ts'
import type { Lines } from './state-parts.ts'
import { editKubelet } from './written-files.ts'

/** `sed -i` on kubelet-config.json. */
export const kubeletSed: Handler = (ran: Ran, state: State): Outcome | undefined => {
  if (ran.name !== 'sed') return undefined
  const call = sedCall(ran.args)
  if (call === undefined || !call.files.includes(kubeletConfigPath)) return undefined
  const lines = placed(state, ran.node)
  const fields = fieldsOf(call)
  if (fields === undefined) {
    return blocking(
      'convert/kubelet-edit',
      'what sed makes of the kubelet file is not the setting of a constant',
      'Write the fields that it is for as kubelet.config of the NodeConfig, or as settings.',
    )
  }
  tellDefects(call, lines, state)
  return editKubelet(fields, lines, state)
}

function fieldsOf({ edits }: SedCall): Readonly<Record<string, unknown>> | undefined {
  if (edits === undefined) return undefined
  const all = edits.map(membersOf)
  if (all.includes(undefined)) return undefined
  return Object.fromEntries(all.flatMap((one) => Object.entries(one ?? {})))
}

/** Text that is put between the lines of a JSON file depends on how the file is laid out. */
function tellDefects({ edits = [] }: SedCall, { firstLine: line }: Lines, state: State): void {
  const inserts = edits.filter((edit) => edit.kind === 'insert')
  if (inserts.length === 0) return
  const remedy = 'Nothing is to be done: the result sets the fields without touching a file.'
  tellOnce(state, {
    code: 'convert/edit-needs-lines',
    severity: 'warning',
    message:
      'hidden defect 1: sed puts its text behind a line; in an image whose kubelet file is one line it lands ' +
      'behind the whole object, bootstrap.sh keeps the object only, and the node joins without the settings',
    remedy,
    line,
  })
  tellOnce(state, {
    code: 'convert/edit-needs-comma',
    severity: 'warning',
    message:
      'hidden defect 2: the text relies on a comma; where the line that it follows is the last of its map the ' +
      'file is no JSON, jq fails, the file becomes empty and the kubelet does not start',
    remedy,
    line,
  })
  const fields = inserts.flatMap((edit) => Object.keys(membersOf(edit) ?? {}))
  const isHalf =
    fields.length === 1 && /^imageGC(?:High|Low)ThresholdPercent$/.test(fields[0] ?? '')
  if (isHalf) {
    tellOnce(state, {
      code: 'convert/edit-half-applied',
      severity: 'warning',
      message:
        'hidden defect 3: high and low threshold are set one by one, each only if absent: an image that has one of ' +
        'them ends with a pair like 70/80, which the kubelet refuses',
      remedy,
      line,
    })
  }
  tellOnce(state, {
    code: 'convert/edit-file-absent',
    severity: 'warning',
    message:
      `hidden defect 4: other families have no ${kubeletConfigPath}: grep counts that as not found, sed fails, ` +
      'and under -e the script ends before the node is bootstrapped',
    remedy,
    line,
  })
}
