/** Which programs of a control plane this machine has, as the installer finds them. Test support. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const installer = fileURLToPath(new URL('../../../scripts/judges-install.mjs', import.meta.url))
const controlPlane = ['etcd', 'kube-apiserver', 'kube-controller-manager']
const names = [...controlPlane, 'kube-scheduler', 'kwok']
const asked = spawnSync(process.execPath, [installer, '--paths', ...names, 'cluster-autoscaler'], {
  encoding: 'utf8',
})
const paths = JSON.parse(asked.stdout) as Readonly<Record<string, string | null>>

/** The program's path; undefined when it is nowhere on this machine. */
export function programPath(name: string): string | undefined {
  return paths[name] ?? undefined
}

/** Names of the programs that are nowhere on this machine, of those without nodes or of all. */
export function missingPrograms(
  which: 'control plane' | 'all' = 'control plane',
): readonly string[] {
  return (which === 'all' ? names : controlPlane).filter((name) => paths[name] === null)
}
