/** `regroup twin serve|env`: the twin for other programs. Cli layer. */

import type { Command } from 'commander'
import type { Streams } from '../streams.ts'
import type { EnvFlags } from '../twin-env.ts'
import type { ServeFlags } from '../twin-serve.ts'

/** Adds the commands; what they need is loaded when they run. */
export function addTwin(program: Command, streams: Streams): void {
  const twin = program
    .command('twin')
    .description('an AWS of your own for aws-cli, Terraform, SDKs')
  twin
    .command('serve')
    .description('serve a world until Ctrl-C')
    .option('--scenario <name>', 'a built-in world')
    .option('--world <world.yaml>', 'a world of your own')
    .option('--empty', 'an account with nothing in it')
    .option('--region <name>', 'Region of an empty account', 'eu-west-1')
    .option('--port <number>', 'port of all AWS services; 0 = any free one', '4577')
    .option('--control-port <number>', 'port of the control endpoint; 0 = any free one', '0')
    .option('--speed <speed>', '1, N, max or paused: virtual time against wall time', 'max')
    .option('--start-at <time>', 'virtual time at the beginning: now, or as 2026-11-24T08:00:00Z')
    .option('--seed <text>', 'equal seeds give equal ids and draws', '1')
    .option('--throttle <on|off>', 'keep request budgets (on unless time jumps or stands)')
    .option('--listen <address>', 'loopback unless given', '127.0.0.1')
    .option('-o, --output <format>', 'text or json (first line: endpoints and keys)', 'text')
    .action(async (flags: ServeFlags) => {
      const { serveCommand } = await import('../twin-serve.ts')
      await serveCommand(flags, streams)
    })
  twin
    .command('env')
    .description('print shell lines for the running twin: eval "$(regroup twin env)"')
    .option('--endpoint <url>', 'a twin elsewhere')
    .option('--region <name>', 'its Region, with --endpoint', 'eu-west-1')
    .action(async (flags: EnvFlags) => {
      const { envText } = await import('../twin-env.ts')
      streams.out(await envText(flags))
    })
}
