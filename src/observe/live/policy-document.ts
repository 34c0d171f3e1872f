/** Policy documents of IAM, as far as a check needs them. Observe layer, pure. */

type Json = Readonly<Record<string, unknown>>

/** Actions that its Allow statements name, wildcards and all; resources and conditions are not weighed. */
export function allowedActions(document: string | undefined): readonly string[] {
  return allowing(document).flatMap(({ Action }) => texts(Action))
}

/** Services that may assume the role with this trust policy. */
export function trustedServices(document: string | undefined): readonly string[] {
  return allowing(document).flatMap(({ Principal }) =>
    isRecord(Principal) ? texts(Principal.Service) : [],
  )
}

/** IAM answers documents with percent signs. What cannot be read allows nothing. */
function allowing(document = ''): readonly Json[] {
  try {
    const parsed: unknown = JSON.parse(
      document.trimStart().startsWith('{') ? document : decodeURIComponent(document),
    )
    const statement = isRecord(parsed) ? parsed.Statement : []
    const all: readonly unknown[] = Array.isArray(statement) ? statement : [statement]
    return all.filter(isRecord).filter(({ Effect }) => Effect === 'Allow')
  } catch {
    return []
  }
}

function texts(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  return all.filter((one) => typeof one === 'string')
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
