/** Parts of a text whose value nobody knows while it is converted, one letter each. Nodes layer, pure. */

/** Why a value is not known. */
export type Mark =
  /** A template engine fills it before EC2 sees the text: it stands in the result as it stood. */
  | { readonly kind: 'template'; readonly source: string }
  /** `%{ if }` and the like: what stands between them may come or not. */
  | { readonly kind: 'directive'; readonly source: string }
  /** The shell finds it out at boot; `names` are the variables that it needs. */
  | { readonly kind: 'boot'; readonly source: string; readonly names: readonly string[] }
  /** The kubelet's configuration file with these fields set. */
  | { readonly kind: 'kubelet'; readonly source: string; readonly fields: Json }

/** A map of a document. */
export type Json = Readonly<Record<string, unknown>>

/** Letters that Unicode gives to nobody: one stands for one mark. */
const firstLetter = 0xe000
const lastLetter = 0xf8ff
const letter = /[\ue000-\uf8ff]/g

/** The marks of one conversion. */
export class Marks {
  readonly #marks: Mark[] = []
  readonly #letters = new Map<string, string>()

  /** The letter of a mark: the same for equal ones. When all are given away, the last is. */
  add(mark: Mark): string {
    const key = mark.kind === 'kubelet' ? '' : `${mark.kind} ${mark.source}`
    const known = this.#letters.get(key)
    if (known !== undefined && key !== '') return known
    const code = firstLetter + this.#marks.length
    if (code > lastLetter) return String.fromCharCode(lastLetter)
    this.#marks.push(mark)
    const text = String.fromCharCode(code)
    this.#letters.set(key, text)
    return text
  }

  /** True when no further mark can be told from the others. */
  get isFull(): boolean {
    return firstLetter + this.#marks.length > lastLetter
  }

  /** The mark of a letter. */
  of(text: string): Mark | undefined {
    return this.#marks[text.charCodeAt(0) - firstLetter]
  }

  /** All marks in a text, in order; a mark may stand several times. */
  in(text: string): readonly Mark[] {
    return [...text.matchAll(letter)].flatMap(([one]) => this.of(one) ?? [])
  }

  /** Sources of all marks of a kind, in the order in which they were met. */
  all(kind: Mark['kind']): readonly string[] {
    return this.#marks.filter((mark) => mark.kind === kind).map((mark) => mark.source)
  }

  /** Whether a text holds a mark of one of the kinds. */
  has(text: string, ...kinds: readonly Mark['kind'][]): boolean {
    return this.in(text).some((mark) => kinds.includes(mark.kind))
  }

  /** The text with every mark as it was written. */
  restored(text: string): string {
    return text.replaceAll(letter, (one) => this.of(one)?.source ?? one)
  }

  /** The text with what `filled` says in place of each mark. */
  filled(text: string, fill: (mark: Mark) => string): string {
    return text.replaceAll(letter, (one) => {
      const mark = this.of(one)
      return mark === undefined ? one : fill(mark)
    })
  }
}

/** All texts in a value, at any depth, keys as well. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => [key, ...textsIn(one)])
}

/** The value with every text replaced, at any depth. */
export function mapTexts(value: unknown, change: (text: string) => unknown): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [String(change(key)), mapTexts(one, change)]),
  )
}
