/**
 * Makes data/kube-schema.json from the type declarations of the Kubernetes API modules.
 *
 *   node scripts/kube-schema.mjs <dir of k8s.io/api> <apimachinery> <apiextensions-apiserver> <kube-aggregator>
 *
 * Only facts are taken: names, numbers, types and the markers of patches and lists.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [api, machinery, extensions, aggregator] = process.argv.slice(2)
if (aggregator === undefined) throw new Error('four module directories are needed')

const groups = [
  'core/v1',
  'apps/v1',
  'batch/v1',
  'policy/v1',
  'coordination/v1',
  'events/v1',
  'autoscaling/v1',
  'autoscaling/v2',
  'rbac/v1',
  'storage/v1',
  'scheduling/v1',
  'discovery/v1',
  'networking/v1',
  'admissionregistration/v1',
  'authentication/v1',
  'authorization/v1',
  'resource/v1',
]
const files = [
  ...groups.map((group) => [group.replace('/', '.'), join(api, group, 'types.go')]),
  ['meta.v1', join(machinery, 'pkg/apis/meta/v1/types.go')],
  ['apiextensions.v1', join(extensions, 'pkg/apis/apiextensions/v1/types.go')],
  ['apiextensions.v1', join(extensions, 'pkg/apis/apiextensions/v1/types_jsonschema.go')],
  ['apiregistration.v1', join(aggregator, 'pkg/apis/apiregistration/v1/types.go')],
]
const opaque = {
  Time: 'Time',
  MicroTime: 'MicroTime',
  Duration: 'Duration',
  FieldsV1: 'FieldsV1',
  JSON: 'JSON',
  RawExtension: 'JSON',
  Quantity: 'Quantity',
  IntOrString: 'IntOrString',
  JSONSchemaProps: 'JSON',
  'types.UID': 'string',
  'types.NodeName': 'string',
}
const imports = {
  v1: 'core.v1',
  apiv1: 'core.v1',
  corev1: 'core.v1',
  metav1: 'meta.v1',
  authenticationv1: 'authentication.v1',
}
const declared = new Map()
for (const [pkg, path] of files) parse(pkg, readFileSync(path, 'utf8'))

function parse(pkg, text) {
  let markers = []
  let struct
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (line.startsWith('//')) {
      markers.push(line.replace(/^\/\/ ?/, ''))
      continue
    }
    const start = /^type (\w+) struct ?\{/.exec(raw)
    const alias = /^type (\w+) ([\w.[\]*]+)$/.exec(raw)
    if (start !== null) {
      struct = {
        fields: [],
        isAtomic: markers.some((one) => /\+(structType|mapType)=atomic/.test(one)),
      }
      declared.set(`${pkg}.${start[1]}`, struct)
      if (raw.trimEnd().endsWith('{}') || raw.includes('struct {}')) struct = undefined
    } else if (alias !== null) declared.set(`${pkg}.${alias[1]}`, { alias: alias[2], pkg })
    else if (line === '}') struct = undefined
    else if (struct !== undefined && line !== '') field(pkg, struct, line, markers)
    if (line !== '' || struct === undefined) markers = line === '' ? [] : []
  }
}

function field(pkg, struct, line, markers) {
  const tag = /`([^`]*)`/.exec(line)?.[1]
  if (tag === undefined) return
  const head = line.slice(0, line.indexOf('`')).trim().split(/\s+/)
  const type = head.length === 1 ? head[0] : head.slice(1).join('')
  const [name, ...options] = (/json:"([^"]*)"/.exec(tag)?.[1] ?? '').split(',')
  const number = Number(/protobuf:"\w+,(\d+)/.exec(tag)?.[1] ?? 0)
  const marker = (key) =>
    markers.map((one) => new RegExp(`^\\+${key}=(.*)$`).exec(one)?.[1]).filter(Boolean)
  const strategy = (/patchStrategy:"([^"]*)"/.exec(tag)?.[1] ?? '').split(',')
  const flags = []
  if (!options.includes('omitempty') && !options.includes('omitzero') && name !== '')
    flags.push('always')
  if (options.includes('omitzero')) flags.push('omitzero')
  if (type.startsWith('*')) flags.push('pointer')
  if (strategy.includes('merge')) {
    const key = /patchMergeKey:"([^"]*)"/.exec(tag)?.[1]
    flags.push(key === undefined ? 'merge' : `merge:${key}`)
  }
  if (strategy.includes('retainKeys')) flags.push('retainKeys')
  const listType = marker('listType')[0]
  if (listType === 'map') flags.push(`map:${marker('listMapKey').join(',')}`)
  if (listType === 'set') flags.push('set')
  if (marker('mapType')[0] === 'atomic' || marker('structType')[0] === 'atomic')
    flags.push('atomic')
  if (name === '' && type.endsWith('TypeMeta')) {
    for (const one of ['kind', 'apiVersion']) {
      struct.fields.push({ name: one, number: 0, type: 'string', flags: [], pkg })
    }
    return
  }
  struct.fields.push({ name, number, type, flags, pkg })
}

function resolve(type, pkg) {
  const bare = type.replace(/^\*/, '')
  if (bare === '[]byte') return 'bytes'
  if (bare.startsWith('[]')) return `[]${resolve(bare.slice(2), pkg)}`
  const map = /^map\[[\w.]+\](.*)$/.exec(bare)
  if (map !== null) return `{}${resolve(map[1], pkg)}`
  if (opaque[bare] !== undefined) return opaque[bare]
  if (bare === 'interface{}') return 'JSON'
  if (bare === 'float64') return 'double'
  if (/^(string|bool|int32|int64|uint32|uint64|int)$/.test(bare))
    return bare === 'int' ? 'int32' : bare
  const [left, right] = bare.split('.')
  if (right !== undefined && opaque[right] !== undefined) return opaque[right]
  const full = right === undefined ? `${pkg}.${left}` : `${imports[left] ?? left}.${right}`
  const found = declared.get(full)
  if (found === undefined) {
    if (/^types\.|^runtime\./.test(bare)) return 'string'
    throw new Error(`unknown type ${bare} in ${pkg}`)
  }
  if (found.alias !== undefined) return resolve(found.alias, found.pkg)
  return full
}

const lines = []
const atomic = []
for (const [name, { alias, fields, isAtomic }] of [...declared].sort()) {
  if (alias !== undefined || fields === undefined) continue
  if (isAtomic) atomic.push(name)
  const rows = fields.map(({ name: json, number, type, flags, pkg }) => {
    const row = [json, number, resolve(type, pkg)]
    return flags.length === 0 ? row : [...row, flags.join(' ')]
  })
  lines.push(`${JSON.stringify(name)}: ${JSON.stringify(rows)}`)
}
const head = {
  source: 'k8s.io/api, apimachinery, apiextensions-apiserver, kube-aggregator v0.35.4: types.go',
  notes: [
    'types: per Go struct its fields [JSON name, protobuf field number, type, flags]; an empty name is an embedded struct: flat in JSON, a message of its own in protobuf; number 0 is not in protobuf.',
    'type: a struct, []element, {}value, or a scalar. JSON, Time, MicroTime, Duration, Quantity, IntOrString, FieldsV1 are written by rules of their own.',
    'flags: always = written even when empty; omitzero = an empty struct is left out; pointer; merge:key, merge, retainKeys = strategic merge; map:keys, set, atomic = how server-side apply owns lists, maps and structs.',
    'atomic: structs that server-side apply owns as a whole.',
  ],
  count: lines.length,
  atomic,
}
const body = JSON.stringify(head, null, 1).slice(0, -2)
writeFileSync('data/kube-schema.json', `${body},\n "types": {\n${lines.join(',\n')}\n }\n}\n`)
