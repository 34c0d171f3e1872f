/** What `regroup twin env` prints: a shell set up for the running twin. Cli layer. */

import { servedAccessKeyId, servedSecretAccessKey } from '../twin/wire/aws/served-keys.ts'
import type { ServedTwin } from '../twin/wire/serve.ts'
import { exitCode } from './exit-code.ts'
import { Problem } from './problem.ts'
import { runningTwin } from './twin-state.ts'

/** Flags of the command as they were typed. */
export interface EnvFlags {
  readonly endpoint?: string
  readonly region: string
}

/** Lines for `eval`: POSIX shell, every value quoted. @throws Problem when no twin is found. */
export async function envText(flags: EnvFlags): Promise<string> {
  const served = flags.endpoint === undefined ? await runningTwin() : undefined
  if (served !== undefined) return exportLines(served)
  if (flags.endpoint === undefined) {
    throw new Problem(
      'no twin is running',
      'Start one: regroup twin serve --scenario seed-web-shop',
    )
  }
  return exportLines({
    aws: {
      endpoint: checkedUrl(flags.endpoint),
      region: flags.region,
      accessKeyId: servedAccessKeyId,
      secretAccessKey: servedSecretAccessKey,
    },
    clusters: [],
  })
}

function exportLines({
  aws,
  clusters,
  control,
}: Partial<ServedTwin> & Pick<ServedTwin, 'aws' | 'clusters'>): string {
  const kubeconfigs = clusters.flatMap((one) => one.kubeconfig ?? [])
  const values: Readonly<Record<string, string | undefined>> = {
    AWS_ENDPOINT_URL: aws.endpoint,
    AWS_ACCESS_KEY_ID: aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: aws.secretAccessKey,
    AWS_REGION: aws.region,
    AWS_DEFAULT_REGION: aws.region,
    // Nothing may reach for the credentials of a real machine.
    AWS_EC2_METADATA_DISABLED: 'true',
    KUBECONFIG: kubeconfigs.length === 0 ? undefined : kubeconfigs.join(':'),
    REGROUP_TWIN_CONTROL: control?.endpoint,
    REGROUP_TWIN_TOKEN: control?.token,
  }
  const lines = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`export ${name}=${quoted(value)}`],
  )
  return `${['unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN', ...lines].join('\n')}\n`
}

/** A word of a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function checkedUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
    return text.replace(/\/+$/, '')
  throw new Problem(`${text} is not an endpoint`, 'For example --endpoint http://127.0.0.1:4577.', {
    code: exitCode.usage,
  })
}
