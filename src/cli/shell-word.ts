/** Command lines that can be copied back into a shell. Cli layer, pure. */

/** One word, quoted only where a POSIX shell needs it. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** The command with its arguments as it was typed, up to quoting. */
export function commandLine(args: readonly string[]): string {
  return ['regroup', ...args].map(shellWord).join(' ')
}
