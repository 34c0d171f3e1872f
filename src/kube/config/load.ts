/** Reads kubeconfig files and merges them as kubectl does. Kube layer. */

import { readFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { type Document, parseDocument } from 'yaml'
import { isTooDeep } from '../../world/documents/yaml-depth.ts'
import { configProblem } from './problem.ts'
import {
  type ClusterEntry,
  type ContextEntry,
  type KubeconfigFile,
  kubeconfigSchema,
  type UserEntry,
} from './schema.ts'

/** Where to look. */
export interface KubeconfigSource {
  /** The one file to read (`--kubeconfig`); it must exist. */
  readonly path?: string
  /** The environment: KUBECONFIG and HOME are read. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** An entry and the file it comes from: relative paths in it start at that file's folder. */
export interface Placed<T> {
  readonly entry: T
  readonly file: string
}

/** All files together: of equal names the first one counts. */
export interface Kubeconfig {
  /** Files that were read, in order. */
  readonly files: readonly string[]
  readonly currentContext: string | undefined
  readonly clusters: ReadonlyMap<string, Placed<ClusterEntry>>
  readonly users: ReadonlyMap<string, Placed<UserEntry>>
  readonly contexts: ReadonlyMap<string, Placed<ContextEntry>>
}

/** A kubeconfig is text of a few kilobytes; more is a mistake or an attack. */
const fileBytesMax = 8 << 20

/**
 * The files of `path`, else of KUBECONFIG (a list; files that do not exist are passed over), else
 * `$HOME/.kube/config`. Without any file the result is empty. @throws RegroupError for bad content.
 */
export async function loadKubeconfig(source: KubeconfigSource): Promise<Kubeconfig> {
  const { env, path } = source
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((one) => one !== '')
  const standard = env.HOME === undefined ? [] : [join(env.HOME, '.kube', 'config')]
  const paths = path !== undefined ? [path] : listed.length > 0 ? listed : standard
  const read: { file: string; content: KubeconfigFile }[] = []
  for (const one of new Set(paths.map((name) => resolve(name)))) {
    const text = await textOf(one, path !== undefined)
    if (text !== undefined) read.push({ file: one, content: parseKubeconfig(text, one) })
  }
  return merged(read)
}

async function textOf(file: string, isRequired: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && !isRequired) return undefined
    throw configProblem({ file }, `it cannot be read (${code})`, 'name a file that can be read')
  }
}

/** One file's content. @throws RegroupError with line and column, or with the member that is wrong. */
function parseKubeconfig(text: string, file: string): KubeconfigFile {
  if (text.length > fileBytesMax) {
    throw configProblem({ file }, 'it has more than 8 MiB', 'name a kubeconfig file')
  }
  if (isTooDeep(text)) {
    throw configProblem({ file }, 'its values are nested too deeply', 'name a kubeconfig file')
  }
  const document: Document = parseDocument(text)
  const [error] = document.errors
  if (error !== undefined) {
    // The message quotes the source, which may be a key or a token: only place and code are told.
    const at = error.linePos?.[0]
    const place = at === undefined ? '' : ` in line ${at.line}, column ${at.col}`
    throw configProblem({ file }, `it is no YAML (${error.code}${place})`, 'correct the file')
  }
  const result = kubeconfigSchema.safeParse(contentOf(document, file))
  if (result.success) return result.data
  const [issue] = result.error.issues
  const member = issue?.path.join('.') ?? ''
  throw configProblem({ file }, `${member}: ${issue?.message ?? 'wrong'}`, 'correct the member')
}

/** Aliases that unfold without end are refused by the parser. */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS() ?? {}
  } catch {
    throw configProblem({ file }, 'its YAML aliases cannot be resolved', 'write it without them')
  }
}

function merged(
  read: readonly { readonly file: string; readonly content: KubeconfigFile }[],
): Kubeconfig {
  const clusters = new Map<string, Placed<ClusterEntry>>()
  const users = new Map<string, Placed<UserEntry>>()
  const contexts = new Map<string, Placed<ContextEntry>>()
  let currentContext: string | undefined
  for (const { content, file } of read) {
    const named = content['current-context']
    if (currentContext === undefined && named !== '') currentContext = named
    for (const { cluster, name } of content.clusters) putFirst(clusters, name, cluster, file)
    for (const { name, user } of content.users) putFirst(users, name, user, file)
    for (const { context, name } of content.contexts) putFirst(contexts, name, context, file)
  }
  return { files: read.map((one) => one.file), currentContext, clusters, users, contexts }
}

function putFirst<T>(map: Map<string, Placed<T>>, name: string, entry: T, file: string): void {
  if (!map.has(name)) map.set(name, { entry, file })
}

/** A path of an entry: relative ones start at the folder of its file. */
export function pathIn(file: string, path: string): string {
  return resolve(dirname(file), path)
}
