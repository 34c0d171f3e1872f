/** Runs one recorded command as a user would. */

import { spawn } from 'node:child_process'

/** What came out. */
export interface CommandResult {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How a command runs. */
export interface CommandOptions {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly stdin?: string | undefined
  /** Interrupted after so long, as the recorded watches were; milliseconds. */
  readonly interruptAfterMs?: number | undefined
  readonly timeoutMs: number
}

/** Runs a line in a shell with only the given environment. */
export function runCommand(line: string, options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', `exec ${line}`], {
      cwd: options.folder,
      env: options.environment,
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.stdin ?? '')
    const kill = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs)
    const { interruptAfterMs } = options
    const interrupt =
      interruptAfterMs === undefined
        ? undefined
        : setTimeout(() => child.kill('SIGINT'), interruptAfterMs)
    child.once('error', reject)
    child.once('close', (exitCode) => {
      clearTimeout(kill)
      clearTimeout(interrupt)
      resolve({ exitCode, stdout, stderr })
    })
  })
}
