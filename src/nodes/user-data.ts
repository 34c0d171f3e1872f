/** User data of any family this version knows. Nodes layer, pure. */

import type { StringMap, Taint } from '../world/kube-objects.ts'
import { parseAl2, renderAl2 } from './al2-user-data.ts'
import { parseAl2023, renderAl2023 } from './al2023-user-data.ts'
import type { AmiFamily } from './ami-parameters.ts'
import type { Bootstrap } from './bootstrap.ts'

/** What user data says about the node. */
export interface ParsedUserData {
  readonly kind: 'al2' | 'al2023'
  readonly labels: StringMap
  readonly taints: readonly Taint[]
  readonly kubelet: Readonly<Record<string, unknown>>
}

/** Plain text (not base64); empty when the family needs none. Equal input gives equal bytes. */
export function renderUserData(family: AmiFamily, bootstrap: Bootstrap): string {
  return family === 'AmazonLinux2' ? renderAl2(bootstrap) : renderAl2023(bootstrap)
}

/** Recognises both families; undefined for anything else. */
export function parseUserData(text: string): ParsedUserData | undefined {
  return parseAl2(text) ?? parseAl2023(text)
}
