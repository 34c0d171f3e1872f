/** Names, labels and annotations: the API server's rules and words. Twin layer, pure. */

const labelPart = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const labelPartWords =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const subdomainWords =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const label1123Words =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const label1035Words =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
const labelValueWords =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

/** Why a text is no label key; undefined when it is one. */
export function labelKeyFault(key: string): string | undefined {
  const parts = key.split('/')
  if (parts.length > 2) {
    return `a valid label key ${labelPartWords} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`
  }
  const [prefix, name = ''] = parts.length === 2 ? parts : [undefined, parts[0]]
  if (prefix === '') return 'prefix part must be non-empty'
  if (prefix !== undefined && !subdomain.test(prefix)) return `prefix part ${subdomainWords}`
  if (name === '') return 'name part must be non-empty'
  if (name.length > 63) return 'name part must be no more than 63 characters'
  return labelPart.test(name) ? undefined : `name part ${labelPartWords}`
}

/** Why a text is no label value; undefined when it is one. */
export function labelValueFault(value: string): string | undefined {
  if (value.length > 63) return 'must be no more than 63 characters'
  return value === '' || labelPart.test(value) ? undefined : labelValueWords
}

/** Why a text is no DNS subdomain, the rule for most names. */
export function subdomainFault(name: string): string | undefined {
  if (name.length > 253) return 'must be no more than 253 characters'
  return subdomain.test(name) ? undefined : subdomainWords
}

/** Why a text is no DNS label. */
export function dnsLabelFault(name: string): string | undefined {
  if (name.length > 63) return 'must be no more than 63 characters'
  return /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(name) ? undefined : label1123Words
}

/** Why a text is no name of a Service. */
export function serviceNameFault(name: string): string | undefined {
  if (name.length > 63) return 'must be no more than 63 characters'
  return /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/.test(name) ? undefined : label1035Words
}

/** Why a text cannot be a path segment, the rule for names of RBAC objects. */
export function pathSegmentFault(name: string): string | undefined {
  if (name === '.' || name === '..') return `may not be '${name}'`
  const bad = ['/', '%'].find((one) => name.includes(one))
  return bad === undefined ? undefined : `may not contain '${bad}'`
}
