/** Flags of commands that reach AWS and clusters, the same everywhere. Cli layer. */

import type { Command } from 'commander'

/** How to reach AWS. */
export function withAwsOptions(command: Command): Command {
  return command
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option('--role-arn <arn>', 'role to assume')
    .option('--external-id <text>', 'external id for the role')
    .option('--session-name <text>', 'session name for the role, shown in CloudTrail')
    .option('--endpoint-url <url>', 'address for all AWS services, e.g. of a twin')
}

/** How to reach AWS and the API server of a cluster. */
export function withConnectOptions(command: Command): Command {
  return withAwsOptions(command)
    .option('--kubeconfig <file>', 'instead of a token made from the AWS credentials')
    .option('--context <name>', 'context of the kubeconfig')
}
