/** `regroup convert user-data`: its flags. The work is loaded when it is asked for. Cli layer. */

import type { Command } from 'commander'
import type { CommandContext } from '../command-context.ts'

/** Flags of `convert user-data` as they are typed. */
export interface ConvertFlags {
  readonly to: string
  readonly output: string
  readonly endpoint?: string
  readonly certificateAuthority?: string
  readonly serviceCidr?: string
  readonly incomplete?: boolean
}

const text = `
FILE is a script, MIME, cloud-config, base64 or gzip of them, what aws ec2 describe-launch-template-versions
prints, or - for standard input. Nothing of it is run. The user data goes to standard output, what became of
each line to standard error.

Examples:
  regroup convert user-data old.sh --to AmazonLinux2023 --service-cidr 172.20.0.0/16 > new.txt
  regroup convert user-data - --to Bottlerocket -o json < old.sh
`

/** Adds the command. */
export function addConvert(program: Command, context: CommandContext): void {
  const convert = program.command('convert').description('bring what exists into a new form')
  convert
    .command('user-data')
    .description('Amazon Linux 2 user data for Amazon Linux 2023 or Bottlerocket, line by line')
    .argument('<file>', 'user data of Amazon Linux 2; - = standard input')
    .requiredOption('--to <family>', 'AmazonLinux2023 or Bottlerocket')
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--service-cidr <range>', 'of the cluster, where the script does not say it')
    .option('--endpoint <url>', 'of the API server, where the script does not say it')
    .option('--certificate-authority <base64>', 'of the cluster, where the script does not say it')
    .option('--incomplete', 'print the user data although something blocks')
    .addHelpText('after', text)
    .action(async (file: string, flags: ConvertFlags) => {
      const { runConvert } = await import('./convert-run.ts')
      context.done(runConvert(file, flags, context.streams))
    })
}
