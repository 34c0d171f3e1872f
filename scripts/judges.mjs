// The programs of a real control plane: their versions, and where they are on this machine.
import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Versions built when none are found; they are part of the cache folder's name. */
export const judgeVersions = {
  kubernetes: 'v1.35.4',
  etcd: 'v3.6.16',
  kwok: 'v0.8.0',
  // The only published one.
  nodeadm: 'v0.0.0-20240229193347-cfab22a10647',
}

const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
const versionKey = `${judgeVersions.kubernetes}-etcd-${judgeVersions.etcd}-kwok-${judgeVersions.kwok}`

/** Where built programs are kept: outside the tree, one folder per set of versions. */
export const judgesFolder = join(cacheHome, 'regroup', 'judges', versionKey)

export const kubernetesNames = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']
/** Published nowhere as a module: built from a checkout of its repository, and only when asked for by name. */
export const autoscalerName = 'cluster-autoscaler'
/** A control plane, and the program that reads NodeConfigs on a node. */
export const programNames = ['etcd', ...kubernetesNames, 'kwok', 'nodeadm']

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const folders = {
  nodeadm: join(cacheHome, 'regroup', 'judges', `nodeadm-${judgeVersions.nodeadm}`),
  // Of whatever version the checkout was.
  [autoscalerName]: join(cacheHome, 'regroup', 'judges', autoscalerName),
}

/** Where a program is kept; some apart, so that a newer one leaves the control plane cached. */
export const folderOf = (name) => folders[name] ?? judgesFolder

/** Programs that a variable of their own may name. */
const named = { [autoscalerName]: process.env.CLUSTER_AUTOSCALER }

/** The program's path from KUBEBUILDER_ASSETS, PATH or the cache, in this order; undefined when nowhere. */
export function programPath(
  name,
  before = [process.env.KUBEBUILDER_ASSETS, ...(process.env.PATH ?? '').split(delimiter)],
) {
  if (named[name]) return isProgram(named[name]) ? named[name] : undefined
  const places = [...before, folderOf(name)]
  const paths = places
    .filter((one) => one !== undefined && one !== '')
    .map((one) => join(one, name))
  return paths.find(isProgram)
}

/** What the control-plane suite starts. */
export const suiteNames = ['etcd', 'kube-apiserver', 'kube-controller-manager']

/** Those of the names that are nowhere on this machine. */
export function missingPrograms(names) {
  return names.filter((name) => programPath(name) === undefined)
}
