// Compiles src/ to dist/ (the library), bundles the command line, and marks the build as done.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
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

// One file to start from and a chunk per lazy import: `--help` loads neither AWS nor the twin.
// Identifiers are kept, so that a stack trace in a bug report can be read.
await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outdir: 'dist/cli/bundle',
  bundle: true,
  splitting: true,
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
})
writeFileSync(`${root}/dist/.built`, '')
