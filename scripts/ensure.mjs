// Installs and builds what is missing, says so, and is silent when nothing is to do.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const goal = process.argv[2] ?? 'build'

function run(command, args, why) {
  process.stderr.write(`${why}: ${command} ${args.join(' ')}\n`)
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
}

function newest(folder, endings) {
  let latest = 0
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!endings.some((ending) => name.endsWith(ending))) continue
    latest = Math.max(latest, statSync(`${folder}/${name}`).mtimeMs)
  }
  return latest
}

function isInstalled() {
  const marker = `${root}/node_modules/.package-lock.json`
  if (!existsSync(marker)) return false
  const installed = JSON.parse(readFileSync(marker, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')).packages
  return Object.entries(wanted).every(
    ([name, one]) => name === '' || one.optional || installed[name]?.version === one.version,
  )
}

if (!isInstalled()) run('npm', ['ci', '--no-audit', '--no-fund'], 'installing what is missing')
if (goal === 'build') {
  const built = `${root}/dist/.built`
  const sources = Math.max(
    newest(`${root}/src`, ['.ts']),
    newest(`${root}/data`, ['.json']),
    statSync(`${root}/scripts/build.mjs`).mtimeMs,
  )
  if (!existsSync(built) || statSync(built).mtimeMs < sources) {
    run('node', ['scripts/build.mjs'], 'building')
  }
}
