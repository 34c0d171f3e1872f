/** User data of every AMI family: a line in one list each. Nodes layer, pure. */

import { parseAl2, renderAl2 } from './al2-user-data.ts'
import { parseAl2023, parseNodeConfigs, renderAl2023 } from './al2023-user-data.ts'
import type { AmiFamily } from './ami-parameters.ts'
import type { Bootstrap, RenderOptions } from './bootstrap.ts'
import { parseBottlerocket, parseSettings, renderBottlerocket } from './bottlerocket-user-data.ts'
import type { ParsedUserData } from './parsed-user-data.ts'
import { parseScript } from './script-user-data.ts'
import { parseUbuntu, renderUbuntu } from './ubuntu-user-data.ts'
import { parsePowerShell, parseWindows, renderWindows } from './windows-user-data.ts'

/** How one family is told what to do. */
interface FamilyUserData {
  readonly render: (bootstrap: Bootstrap, options: RenderOptions) => string
  readonly parse: (text: string) => Bootstrap | undefined
}

const families: Readonly<Record<AmiFamily, FamilyUserData>> = {
  AmazonLinux2: { render: renderAl2, parse: parseAl2 },
  AmazonLinux2023: { render: renderAl2023, parse: parseAl2023 },
  Bottlerocket: { render: renderBottlerocket, parse: parseBottlerocket },
  Ubuntu: { render: renderUbuntu, parse: parseUbuntu },
  Windows: { render: renderWindows, parse: parseWindows },
}

/** Readers of unknown texts, the surest first. */
const readers: readonly ((text: string) => ParsedUserData | undefined)[] = [
  parsePowerShell,
  parseScript,
  parseNodeConfigs,
  parseSettings,
]

/** Plain text (not base64); empty when the family needs none. Equal input gives equal bytes. */
export function renderUserData(
  family: AmiFamily,
  bootstrap: Bootstrap,
  options: RenderOptions = {},
): string {
  return families[family].render(bootstrap, options)
}

/**
 * The reverse of {@link renderUserData}: every bootstrap without faults comes back as it was. In texts of
 * others the parts that the model does not know stay in `parts`, `nodeConfigSpec` or `settings`. Undefined
 * when the text is not of the family.
 */
export function parseBootstrap(family: AmiFamily, text: string): Bootstrap | undefined {
  return families[family].parse(text)
}

/** Recognises every family; undefined for anything else. */
export function parseUserData(text: string): ParsedUserData | undefined {
  for (const read of readers) {
    const told = read(text)
    if (told !== undefined) return told
  }
  return undefined
}
