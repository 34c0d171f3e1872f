// Other Node versions to compare with: binaries named by REGROUP_NODES, or the npm packages of Node.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const majors = [20, 22, 24]

function versionOf(binary) {
  const { status, stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

// Kept in .cache, so that only the first run downloads.
function installed(major) {
  const folder = `${root}/.cache/node-${major}`
  const binary = `${folder}/node_modules/node/bin/node`
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  const { status } = spawnSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, `node@${major}`],
    { stdio: 'ignore', timeout: 120_000 },
  )
  return status === 0 && existsSync(binary) ? binary : undefined
}

// Every version but the running one: `binary` is undefined where it cannot be had.
export function otherNodes() {
  const own = Number.parseInt(process.versions.node, 10)
  const given = (process.env.REGROUP_NODES ?? '').split(':').filter((path) => path !== '')
  return majors
    .filter((major) => major !== own)
    .map((major) => {
      const named = given.find((path) => versionOf(path)?.startsWith(`v${major}.`))
      const binary = named ?? installed(major)
      return { major, binary, version: binary === undefined ? undefined : versionOf(binary) }
    })
}
