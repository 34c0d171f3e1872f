// Obtains the real Kubernetes control plane that judges the twin, and nodeadm: found on this machine, or built from
// pinned Go modules into a cache outside the tree. Idempotent: what is there is left alone.
// Names of programs as arguments = only these; cluster-autoscaler is built only when named, from the checkout of its
// repository in CLUSTER_AUTOSCALER_CHECKOUT. `--paths` only prints where each program is, as JSON; null = nowhere.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import {
  autoscalerName,
  folderOf,
  judgesFolder,
  judgeVersions,
  kubernetesNames,
  missingPrograms,
  programNames,
  programPath,
} from './judges.mjs'

const { etcd, kubernetes, kwok, nodeadm } = judgeVersions
/** One call of Go; the slowest seen took 12 minutes on two busy cores. */
const buildMsMax = 25 * 60_000
const known = [...programNames, autoscalerName]
const asked = process.argv.slice(2).filter((one) => known.includes(one))
const wanted = asked.length > 0 ? asked : programNames
const buildFolder = join(judgesFolder, 'build')

/** Runs Go at low priority in the folder of a module of our own; its output goes to a log beside it. */
function go(folder, args) {
  const { error, status, stderr, stdout } = spawnSync('nice', ['-n', '10', 'go', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOWORK: 'off' },
    maxBuffer: 64 * 1024 * 1024,
    timeout: buildMsMax,
    killSignal: 'SIGTERM',
  })
  if (error !== undefined) throw error
  writeFileSync(join(folder, `go-${args[0]}.log`), `${stdout}${stderr}`)
  if (status !== 0)
    throw new Error(
      `go ${args.join(' ')} in ${folder} ended with ${status}:\n${stderr.slice(-2000)}`,
    )
  return stdout
}

function moduleFolder(name, goMod) {
  const folder = join(buildFolder, name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'go.mod'), goMod)
  return folder
}

/**
 * Kubernetes requires its staging modules at v0.0.0 and replaces them by folders of its own
 * repository; a module outside must replace them by the versions published beside it.
 */
function kubernetesModule() {
  const finder = moduleFolder('find', 'module regroup.invalid/find\n\ngo 1.24\n')
  const found = JSON.parse(
    go(finder, ['mod', 'download', '-json', `k8s.io/kubernetes@${kubernetes}`]),
  )
  const published = readFileSync(found.GoMod, 'utf8')
  const goLine = /^go .*$/m.exec(published)?.[0] ?? 'go 1.25'
  const godebug = /^godebug (?:default=\S+|\([^)]*\))$/m.exec(published)?.[0] ?? ''
  const staging = new Set(
    [...published.matchAll(/(k8s\.io\/\S+) v0\.0\.0(?=\s)/g)].map(([, name]) => name),
  )
  const version = kubernetes.replace(/^v1/, 'v0')
  const replaces = [...staging].map((name) => `\t${name} => ${name} ${version}`).join('\n')
  console.log(`  ${staging.size} staging modules replaced by ${version}`)
  return moduleFolder(
    'kubernetes',
    `module regroup.invalid/kubernetes\n\n${goLine}\n\n${godebug}\n\nrequire k8s.io/kubernetes ${kubernetes}\n\nreplace (\n${replaces}\n)\n`,
  )
}

function buildKubernetes(names) {
  const folder = kubernetesModule()
  const packages = names.map((name) => `k8s.io/kubernetes/cmd/${name}`)
  go(folder, ['get', `k8s.io/kubernetes@${kubernetes}`])
  const [, minor] = kubernetes.split('.')
  const base = 'k8s.io/component-base/version'
  const flags = `-s -w -X ${base}.gitVersion=${kubernetes} -X ${base}.gitMajor=1 -X ${base}.gitMinor=${minor}`
  go(folder, ['build', '-trimpath', '-ldflags', flags, '-o', `${stagingFolder()}/`, ...packages])
}

function buildOne(name, packagePath, requirement) {
  const folder = moduleFolder(name, `module regroup.invalid/${name}\n\ngo 1.24\n`)
  go(folder, ['get', requirement])
  go(folder, [
    'build',
    '-trimpath',
    '-ldflags',
    '-s -w',
    '-o',
    join(stagingFolder(), name),
    packagePath,
  ])
}

function stagingFolder() {
  const folder = join(buildFolder, 'out')
  mkdirSync(folder, { recursive: true })
  return folder
}

/** A program becomes visible in the cache only when it is whole. */
function keep(name) {
  const folder = folderOf(name)
  mkdirSync(folder, { recursive: true })
  const partial = join(folder, `.${name}.partial`)
  copyFileSync(join(stagingFolder(), name), partial)
  renameSync(partial, join(folder, name))
}

/** What is built is kept at once, so that an interrupted installation goes on where it was. */
function timed(what, run, names) {
  const startedMs = performance.now()
  console.log(`${what} ...`)
  run()
  for (const name of names) keep(name)
  console.log(`  done in ${((performance.now() - startedMs) / 1000).toFixed(0)} s`)
}

function install() {
  const missing = missingPrograms(wanted)
  for (const name of wanted.filter((one) => !missing.includes(one))) {
    console.log(`${name}: ${programPath(name)}`)
  }
  if (missing.length === 0) return
  if (spawnSync('go', ['version']).status !== 0) {
    console.error(`not found: ${missing.join(', ')}, and no Go tool chain to build them with`)
    process.exitCode = 1
    return
  }
  const folders = [...new Set(missing.map(folderOf))].join(' and ')
  console.log(`building ${missing.join(', ')} into ${folders}`)
  const missingKubernetes = kubernetesNames.filter((name) => missing.includes(name))
  const isLong = missingKubernetes.length > 0 || missing.includes(autoscalerName)
  const about = isLong ? 'about 8 minutes' : 'a minute or two'
  console.log(`  (${about} of CPU once, at low priority; later runs find them in the cache)`)
  if (missing.includes('etcd')) timed(`etcd ${etcd}`, buildEtcd, ['etcd'])
  if (missing.includes('nodeadm')) timed(`nodeadm ${nodeadm}`, buildNodeadm, ['nodeadm'])
  if (missing.includes(autoscalerName)) {
    timed(`${autoscalerName} from a checkout`, buildAutoscaler, [autoscalerName])
  }
  if (missing.includes('kwok')) timed(`kwok ${kwok}`, buildKwok, ['kwok'])
  if (missingKubernetes.length > 0) {
    timed(
      `${missingKubernetes.join(', ')} ${kubernetes}`,
      () => buildKubernetes(missingKubernetes),
      missingKubernetes,
    )
  }
  rmSync(buildFolder, { recursive: true, force: true })
}

function buildEtcd() {
  const path = 'go.etcd.io/etcd/server/v3'
  buildOne('etcd', path, `${path}@${etcd}`)
}

function buildNodeadm() {
  const module = 'github.com/awslabs/amazon-eks-ami/nodeadm'
  buildOne('nodeadm', `${module}/cmd/nodeadm`, `${module}@${nodeadm}`)
}

/** Its own module, as it is, with the AWS provider alone. */
function buildAutoscaler() {
  const checkout = process.env.CLUSTER_AUTOSCALER_CHECKOUT
  const folder = join(checkout ?? '', 'cluster-autoscaler')
  if (checkout === undefined || !existsSync(join(folder, 'go.mod'))) {
    const wish = 'a checkout of kubernetes/autoscaler at the tag of a release'
    throw new Error(
      `CLUSTER_AUTOSCALER_CHECKOUT must name ${wish}: it is published nowhere as a module`,
    )
  }
  const program = join(stagingFolder(), autoscalerName)
  go(folder, ['build', '-trimpath', '-tags', 'aws', '-ldflags', '-s -w', '-o', program, '.'])
}

function buildKwok() {
  buildOne('kwok', 'sigs.k8s.io/kwok/cmd/kwok', `sigs.k8s.io/kwok@${kwok}`)
}

if (process.argv.includes('--paths')) {
  const paths = wanted.map((name) => [name, programPath(name) ?? null])
  console.log(JSON.stringify(Object.fromEntries(paths)))
} else install()
