/** Certificates and keys of a kubeconfig, inline or in files. Kube layer. */

import { readFile } from 'node:fs/promises'
import { pathIn } from './load.ts'
import { type ConfigPlace, configProblem } from './problem.ts'

/** Inline data (base64) wins over a file, as in kubectl. Undefined = neither is given. */
export async function pemOf(
  given: { readonly data: string | undefined; readonly path: string | undefined },
  where: { readonly member: string; readonly place: ConfigPlace },
): Promise<string | undefined> {
  const { data, path } = given
  const { member, place } = where
  if (data !== undefined && data !== '')
    return checkedPem(fromBase64(data), `${member}-data`, place)
  if (path === undefined || path === '') return undefined
  const file = pathIn(place.file ?? '.', path)
  try {
    return checkedPem(await readFile(file, 'utf8'), member, place)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error
    throw configProblem(place, `${member} ${file} cannot be read (${code})`, 'correct the path')
  }
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8')
}

function checkedPem(text: string, member: string, place: ConfigPlace): string {
  if (text.includes('-----BEGIN ')) return text
  throw configProblem(place, `${member} holds no PEM text`, 'write the kubeconfig anew')
}
