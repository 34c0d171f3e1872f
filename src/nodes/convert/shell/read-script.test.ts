// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the shell's own expansions are the subject.
import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { Marks } from '../marks.ts'
import { ranOf } from '../run-command.ts'
import { fieldsOf, type Scope, textOf } from '../scope.ts'
import { newState } from '../state.ts'
import { readShell } from './read-script.ts'
import type { SimpleCommand } from './syntax.ts'

const hasBash = spawnSync('bash', ['--version'], { stdio: 'ignore' }).status === 0

/** Fields of the last command, after the assignments in front of it. */
function fieldsIn(script: string): readonly string[] {
  const scope: Scope = {
    marks: new Marks(),
    variables: new Map(),
    arrays: new Map(),
    used: new Set(),
    substitute: () => undefined,
  }
  const { fault, statements } = readShell(script)
  expect(fault).toBeUndefined()
  const commands = statements.map(({ items }) => items[0]?.pipeline.commands[0] as SimpleCommand)
  for (const { assignments } of commands.slice(0, -1)) {
    for (const { isArray, name, values } of assignments) {
      if (isArray)
        scope.arrays.set(
          name,
          values.flatMap((value) => fieldsOf(value, scope)),
        )
      else scope.variables.set(name, values.map((value) => textOf(value, scope)).join(''))
    }
  }
  return (commands.at(-1)?.words ?? []).flatMap((word) => fieldsOf(word, scope))
}

const scripts: readonly string[] = [
  'p \'a b\' "c d" e\\ f',
  'p a\'b\'"c"d',
  'p "" \'\' x',
  'p "a\\"b" "a\\$b" "a\\`b" "a\\\\b" "a\\nb"',
  "p $'a\\tb\\n\\x41\\u00e9\\101\\'q'",
  'p a\\\n  b \\\n  c',
  'A="x y"\np $A "$A" \'$A\' ${A}z "${A}z"',
  'A=\np $A "$A" x$A',
  'A=1\np ${A:-b} ${B:-c d} "${B:-c d}" ${B-e} ${A:+f} "${B:+g}" ${B:=h} $B',
  'A=\'a  b\'\nB="$A c"\np $B "$B"',
  'A=(a "b c" d)\np "${A[*]}" ${A[@]} $A',
  'p --kubelet-extra-args \'--node-labels="a=b",c=d --max-pods=20\'',
  'p "it\'s" \'say "hi"\' a#b # comment',
  'p "$" \'$\' $ "a$"',
  'p {a,b} "*" \\*',
  'p "${B:-"in quotes"}" ${B:-\'single\'}',
]

describe.skipIf(!hasBash)('words are split as bash splits them', () => {
  it.each(scripts.filter((script) => !script.includes('{a,b}')))('%j', (script) => {
    const out = execFileSync('bash', ['-c', `p() { printf '%s\\0' "$@"; }\n${script}`], {
      encoding: 'utf8',
    })
    expect(fieldsIn(script).slice(1)).toEqual(out.split('\0').slice(0, -1))
  })
})

const places: readonly (readonly [string, readonly (readonly [number, number])[]])[] = [
  [
    'a; b\nc',
    [
      [1, 1],
      [1, 1],
      [2, 2],
    ],
  ],
  [
    'a \\\n b\nc',
    [
      [1, 2],
      [3, 3],
    ],
  ],
  [
    'cat <<EOF\nx\nEOF\nb',
    [
      [1, 3],
      [4, 4],
    ],
  ],
  [
    'cat <<-EOF > f\n\tx\n\tEOF\nb',
    [
      [1, 3],
      [4, 4],
    ],
  ],
  [
    'cat <<A <<B\n1\nA\n2\nB\nx',
    [
      [1, 5],
      [6, 6],
    ],
  ],
  [
    'if a; then\nb\nelif c; then d\nelse e; fi\nf',
    [
      [1, 4],
      [5, 5],
    ],
  ],
  [
    'for i in 1 2; do\necho $i\ndone; x',
    [
      [1, 3],
      [3, 3],
    ],
  ],
  [
    'case $x in\n a|b) y ;;\n *) z\nesac\nw',
    [
      [1, 4],
      [5, 5],
    ],
  ],
  [
    'f() {\n a\n}\nfunction g {\n b\n}',
    [
      [1, 3],
      [4, 6],
    ],
  ],
  ['a && b || {\n c\n}', [[1, 3]]],
  [
    'A=$(\n x \'y)\' "$(z)"\n)\nb',
    [
      [1, 3],
      [4, 4],
    ],
  ],
  [
    'while ! a | b; do c; done &\nd',
    [
      [1, 1],
      [2, 2],
    ],
  ],
  ['[[ $a == b* && ( -n $c || -z $d ) ]] && e', [[1, 1]]],
  [
    'x > >(tee y) 2>&1\nz',
    [
      [1, 1],
      [2, 2],
    ],
  ],
]

it.each(places)('statements of %j stand where they stand', (script, lines) => {
  const { fault, statements } = readShell(script)
  expect(fault).toBeUndefined()
  expect(statements.map(({ firstLine, lastLine }) => [firstLine, lastLine])).toEqual(lines)
})

it.each([
  ['echo "a\nb', 1],
  ["a\nb 'c\nd", 2],
  ['a\ncat <<EOF\nx', 2],
  ['a\nif b; then c', 2],
  ['a\nb )', 2],
  ['echo ${a', 1],
  ['x\ny $(z', 2],
  ['a |', 1],
  ['fi', 1],
  ['('.repeat(500), 1],
])('what cannot be read in %j is named by its line', (script, line) => {
  expect(readShell(script).fault?.line).toBe(line)
})

it.each([
  ['sudo -E bash -x /etc/eks/bootstrap.sh demo', '/etc/eks/bootstrap.sh'],
  ['exec /bin/sh /etc/eks/bootstrap.sh demo', '/etc/eks/bootstrap.sh'],
  ['env A=b /etc/eks/bootstrap.sh demo', 'A=b'],
  ['bash -c "x"', 'bash'],
])('%j starts %s', (script, path) => {
  const [statement] = readShell(script).statements
  const command = statement?.items[0]?.pipeline.commands[0] as SimpleCommand
  expect(
    ranOf(
      command,
      newState('AmazonLinux2023', () => undefined),
      script,
    ).path,
  ).toBe(path)
})
