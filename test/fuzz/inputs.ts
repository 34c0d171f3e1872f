// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates are the subject.
/** Hostile user data: documents put together from fragments, and mutations of real ones. */

import fc from 'fast-check'
import { renderMime } from '../../src/nodes/mime.ts'
import { argument, config, script, word } from './scripts.ts'

/** NodeConfigs, sound and broken. */
export const nodeConfig = fc
  .tuple(
    fc.constantFrom('node.eks.aws/v1alpha1', 'node.eks.aws/v1alpha', ''),
    fc.constantFrom(
      'spec: {}',
      'spec: {kubelet: {config: {maxPods: 20}, flags: ["--node-labels=a=b"]}}',
      'spec: {cluster: {name: demo}, kubelet: {flags: [1, null, {}]}}',
      'spec: [',
      'spec: {kubelet: {config: {maxPods: x}}, instance: {localStorage: {strategy: RAID0}}}',
      'spec: &a {b: *a}',
      'spec: {containerd: {config: "x = ["}, kubelet: null, instance: 3, featureGates: []}',
      'spec: {instance: {environment: {default: {HTTPS_PROXY: [x]}}}}',
    ),
  )
  .map(([version, spec]) => `apiVersion: ${version}\nkind: NodeConfig\n${spec}\n`)

const cloudConfig = fc
  .tuple(
    fc.constantFrom('#cloud-config\n', '## template: jinja\n#cloud-config\n'),
    fc.array(
      fc.oneof(
        fc.constantFrom(
          'packages: [jq]',
          'runcmd: x',
          'runcmd: [[a, [b]]]',
          'write_files: [{path: 1}]',
          'users: {{ x }}',
          'x: *a',
          `write_files:\n  - path: ${config}\n    content: '{"maxPods": 9}'`,
          'write_files:\n  - {path: /a.sh, content: "#!/bin/bash\\n/etc/eks/bootstrap.sh x\\n"}\nruncmd: [/a.sh]',
        ),
        script.map((text) => `runcmd:\n  - |\n    ${text.trimEnd().replaceAll('\n', '\n    ')}`),
        script.map((text) => `bootcmd:\n  - ${JSON.stringify(text)}`),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([head, keys]) => `${head}${keys.join('\n')}\n`)

/** Settings of Bottlerocket. */
export const toml = fc
  .array(
    fc.constantFrom(
      '[settings.kubernetes]',
      'max-pods = 20',
      'cluster-name = "x"',
      '[settings.kubernetes.node-labels]',
      '"a.b/c" = "d"',
      '[settings.kubernetes.node-taints]',
      'a = ["b:NoSchedule"]',
      'a = "b"',
      '[settings."a.b"]',
      '[[settings.container-registry.mirrors]]',
      'registry = "docker.io"',
      'x = {a = 1, a = 2}',
      '__proto__ = 1',
      'd = 1979-05-27T07:32:00Z',
      'n = nan',
      'broken = ',
      "t = '''\n'''",
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((lines) => `${lines.join('\n')}\n`)

const powershell = fc
  .array(
    fc.constantFrom(
      '<powershell>',
      '</powershell>',
      '[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"',
      '& $EKSBootstrapScriptFile -EKSClusterName "demo" -KubeletExtraArgs "--node-labels=a=b" 3>&1',
      "Write-Host 'x''y'",
      '<persist>true</persist>',
    ),
    { maxLength: 6 },
  )
  .map((lines) => lines.join('\n'))

/** Any letters at all, lone surrogates too. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 127 }), fc.integer({ min: 0, max: 0xffff })), {
    maxLength: 60,
  })
  .map((codes) => String.fromCharCode(...codes))

/** A text with something cut out, doubled, or put in at a place. */
function mutated(text: string): fc.Arbitrary<string> {
  const place = fc.integer({ min: 0, max: text.length })
  const insert = fc.constantFrom(
    '',
    '"',
    "'",
    '\\',
    '\n',
    '$(',
    '${',
    '`',
    '{',
    '}',
    '--//',
    '\u0000',
    '\ufeff',
    '\r',
  )
  return fc
    .array(fc.tuple(place, fc.integer({ min: 0, max: 12 }), insert), { maxLength: 4 })
    .map((changes) =>
      changes.reduce(
        (all, [at, length, more]) => all.slice(0, at) + more + all.slice(at + length),
        text,
      ),
    )
}

const part = fc.record({
  contentType: fc.constantFrom(
    'text/x-shellscript; charset="us-ascii"',
    'text/cloud-config',
    'application/node.eks.aws',
    'text/jinja2',
    'text/cloud-boothook',
    'text/plain',
    '',
  ),
  body: fc.oneof(script, nodeConfig, cloudConfig),
})
/** MIME documents, sound and broken. */
export const mime = fc
  .array(part, { maxLength: 3 })
  .map((parts) => renderMime(parts))
  .chain(mutated)

/** Command lines of the kubelet, and words in every quoting. */
export const words = fc.oneof(
  fc.array(fc.oneof(word, argument), { maxLength: 6 }).map((all) => all.join(' ')),
  anyText,
)

/** Programs of jq and sed. */
export const programs = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        '.a',
        '.a.b',
        '."x y"',
        '."__proto__"',
        '.',
        '=',
        '|=',
        '+=',
        '*=',
        '|',
        '+',
        '*',
        '{"a": 1}',
        '{a: [1, {b: $x}]}',
        '$x',
        '$y',
        '(',
        ')',
        'del(.a)',
        '"t"',
        '1.5',
        '-1',
        'true',
        'null',
        '[',
        ']',
        '.[0]',
        'add',
        'if',
        '"\\(1)"',
      ),
      { maxLength: 9 },
    )
    .map((all) => all.join(' ')),
  fc
    .array(
      fc.constantFrom(
        's/a/b/',
        's|"maxPods": .*|"maxPods": 58,|g',
        '/"x"/a \\ "k": 1,',
        '$i "k": {',
        '5a "k": [1],',
        'd',
        's/a/b',
        '/x/',
        's#{#{"a": 1,#',
        ';',
        '\n',
        '/[/a "b": 1',
        's/{/{"__proto__": 1,/',
      ),
      { maxLength: 4 },
    )
    .map((all) => all.join('')),
  anyText,
)

/** Every kind of user data; `samples` are real ones to mutate. */
export function userData(samples: readonly string[]): fc.Arbitrary<string> {
  const whole = fc.oneof(
    { weight: 5, arbitrary: script },
    { weight: 2, arbitrary: mime },
    { weight: 2, arbitrary: cloudConfig },
    nodeConfig,
    toml,
    powershell,
  )
  return fc.oneof(
    { weight: 5, arbitrary: whole },
    { weight: 2, arbitrary: whole.chain(mutated) },
    { weight: 2, arbitrary: fc.constantFrom(...samples).chain(mutated) },
    { weight: 1, arbitrary: anyText },
  )
}
