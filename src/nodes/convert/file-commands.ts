/** Commands that move, make and remove files. Nodes layer. */

import { carried, dropped, kept, type Outcome, type Ran } from './outcome.ts'
import { contentOf } from './printed.ts'
import type { Handler } from './run-command.ts'
import { readAssignments } from './script-patches.ts'
import { contentPath, kubeletConfigPath, placed, type State } from './state.ts'
import { writeFile } from './written-files.ts'

const oldPlaces =
  /^\/etc\/(?:kubernetes\/kubelet\/|docker(?:\/|$)|systemd\/system\/(?:kubelet|docker)\.service\.d)/

/** `mv A B` and `cp A B`, where A is a file that the script made. */
export const moveFile: Handler = (ran: Ran, state: State): Outcome | undefined => {
  if (ran.name !== 'mv' && ran.name !== 'cp' && ran.name !== 'install') return undefined
  const [from, to, ...others] = ran.args.filter((arg) => !/^-/.test(arg))
  if (from === undefined || to === undefined || others.length > 0) return undefined
  const isBackup = from === kubeletConfigPath && ran.name === 'cp'
  const content = contentOf(from, state)
  if (content === undefined) return undefined
  if (isBackup && /\.(?:bak|orig|old|backup)\b|^\/tmp\//.test(to)) {
    state.files.set(to, { content, lines: placed(state, ran.node), isUsed: true })
    return dropped('a copy of a file that is not there any more')
  }
  const written = { path: to, content, isAppended: false }
  return writeFile(written, placed(state, ran.node), state)
}

/** `rm`, `mkdir`, `chmod`, `chown` and `touch`, where they prepare a place that is gone. */
export const preparePlace: Handler = (ran: Ran, state: State): Outcome | undefined => {
  if (!['chmod', 'chown', 'mkdir', 'rm', 'touch', 'unlink', 'restorecon'].includes(ran.name))
    return undefined
  const paths = ran.args.filter((arg) => !/^-|^[0-7]{3,4}$|^[ugoa]*[+=-]|^\w+:\w*$/.test(arg))
  if (paths.length > 0 && paths.every((path) => oldPlaces.test(path))) {
    return dropped('the place is not used any more')
  }
  const isPrepared =
    paths.length > 0 && paths.every((path) => state.files.get(path)?.isUsed === true)
  if (!isPrepared) return undefined
  return { verdict: 'script', why: 'prepares a file', role: 'prepares' }
}

/** `source FILE` and `. FILE`, where the script wrote the file. */
export const sourceFile: Handler = (ran: Ran, state: State): Outcome | undefined => {
  if (ran.name !== 'source' && ran.path !== '.') return undefined
  const path = contentPath(ran.args[0] ?? '')
  const found = readAssignments(path, state)
  const file = state.files.get(path)
  if (found === undefined || file === undefined) return undefined
  for (const [name, value] of found) state.scope.variables.set(name, value)
  // A script that stays may read the file again; Bottlerocket has no such script.
  if (state.target === 'Bottlerocket') file.isUsed = true
  const defines = found.map(([name]) => name)
  return { verdict: 'script', why: 'reads variables', role: 'assigns', defines }
}

/** `sysctl -w name=value`; only Bottlerocket needs another form. */
export const sysctl: Handler = (ran: Ran, state: State): Outcome | undefined => {
  if (ran.name !== 'sysctl' || state.target !== 'Bottlerocket') return undefined
  const settings = ran.args.filter((arg) => !arg.startsWith('-') && arg.includes('='))
  if (settings.length === 0) {
    const isReload = ran.args.some((arg) => /^-(?:p|-system|-load)/.test(arg))
    return isReload ? dropped('settings take effect by themselves') : kept()
  }
  for (const setting of settings) {
    const at = setting.indexOf('=')
    state.sysctls.set(setting.slice(0, at).replaceAll('/', '.'), setting.slice(at + 1))
  }
  return carried('settings.kernel.sysctl')
}
