// Compiles src/ to dist/ (the library), bundles the command line, and marks the build as done.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
rmSync(`${root}/dist`, { recursive: true, force: true })
const tsc = `${root}/node_modules/typescript/bin/tsc`
const { status } = spawnSync('node', [tsc, '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)

// Identifiers are kept, so that a stack trace in a bug report can be read.
const options = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  mainFields: ['module', 'main'],
  // The same code as ES modules: only what is used of it, and nothing to be evaluated by require.
  alias: { yaml: `${root}/node_modules/yaml/browser/index.js` },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'external',
  // CommonJS inside the bundle calls require, which ESM does not have.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  logLevel: 'warning',
}

// One file to start from and a chunk per lazy import: `--help` loads neither AWS nor the twin.
const { metafile } = await build({
  ...options,
  entryPoints: ['src/cli/main.ts'],
  outdir: 'dist/cli/bundle',
  splitting: true,
  metafile: true,
})
await buildWhole('src/cli/commands/check-run.ts')
writeFileSync(`${root}/dist/.built`, '')

/**
 * A command in one file instead of thirty chunks: for one that runs so briefly that finding and opening
 * them is a part of its time that can be felt. What the start of the program holds is not doubled, so
 * that an error is of the same class there and here; what is imported lazily stays in its chunks.
 */
async function buildWhole(entryPoint) {
  const { outputs } = metafile
  const outputOf = (isIt) => Object.keys(outputs).find((path) => isIt(outputs[path]))
  const main = outputOf((one) => one.entryPoint === 'src/cli/main.ts')
  const shared = outputs[main].imports.filter(({ kind }) => kind === 'import-statement')
  const inChunks = {
    name: 'in-chunks',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^\./ }, async ({ kind, path, pluginData, ...rest }) => {
        if (pluginData === 'asked') return undefined
        const found = await resolve(path, { ...rest, kind, pluginData: 'asked' })
        const input = relative(root, found.path)
        const chunk =
          kind === 'dynamic-import'
            ? outputOf((one) => one.entryPoint === input)
            : shared.find((one) => outputs[one.path]?.inputs[input] !== undefined)?.path
        if (chunk === undefined) return found
        return { path: `./${relative('dist/cli/bundle', chunk)}`, external: true }
      })
    },
  }
  await build({
    ...options,
    entryPoints: [entryPoint],
    outfile: outputOf((one) => one.entryPoint === entryPoint),
    plugins: [inChunks],
    allowOverwrite: true,
  })
}
