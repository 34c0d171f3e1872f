#!/usr/bin/env node
// Starts the built command line; says what to do when it is not built or Node is too old.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`regroup needs Node 20.19 or newer; this is ${process.version}\n`)
  process.exit(1)
}
let main
try {
  ;({ main } = await import('../dist/cli/bundle/main.js'))
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
  process.stderr.write('regroup is not built yet: run `npm run build` in the checkout\n')
  process.exit(1)
}
process.exitCode = await main(process.argv.slice(2))
