// The demo: the example cluster migrated on the twin, then by hand.
const { main } = await import('../dist/src/cli/main.js')
process.exitCode = await main(['demo', ...process.argv.slice(2)])
