/** Facts of a user-data file: a node group of which nothing else is known. Check layer, pure. */

import type { AmiFamily } from '../../nodes/ami-parameters.ts'
import type { GroupFacts, InputFacts, PlaceOf } from '../facts.ts'
import { nodeConfigsOf, type UserDataFacts, userDataFacts } from '../user-data-facts.ts'

/** Text that begins like user data of any family; fleet files and JSON do not. */
export function isUserData(text: string): boolean {
  const { form } = userDataFacts(text)
  return form !== 'other' || /^\s+(?:MIME-Version|Content-Type):/i.test(text)
}

/** Facts; `amiFamily` undefined = guessed by what the text calls. */
export function userDataFileFacts(
  file: string,
  text: string,
  amiFamily: AmiFamily | undefined,
): InputFacts {
  const userData = userDataFacts(text)
  const at: PlaceOf = (_, line = 1) => ({ file, line, column: 1 })
  const family = amiFamily ?? familyOf(userData)
  const group: GroupFacts = {
    shownAs: file,
    amiMode: modeOf(userData),
    userData,
    isUserDataKnown: true,
    at,
    ...(family === undefined ? {} : { amiFamily: family }),
  }
  return {
    kind: 'user-data',
    clusters: [{ name: undefined, isComplete: false, groups: [group], at }],
    archivedSources: [],
    at,
  }
}

/** By what starts the node in it; undefined for scripts that could be anybody's. */
export function familyOf(userData: UserDataFacts): AmiFamily | undefined {
  const { form, text, told } = userData
  if (nodeConfigsOf(userData).length > 0) return 'AmazonLinux2023'
  if (form === 'toml') return 'Bottlerocket'
  if (form === 'powershell') return 'Windows'
  if (told?.kind !== 'al2') return undefined
  return /\bsnap\b|ubuntu/i.test(text) ? 'Ubuntu' : 'AmazonLinux2'
}

/** Whoever names the cluster starts the node; otherwise EKS has to. */
function modeOf({ told }: UserDataFacts): 'eks' | 'custom' {
  const isOwn = told?.kind === 'al2' || told?.cluster.name !== undefined
  return isOwn || told?.cluster.endpoint !== undefined ? 'custom' : 'eks'
}
