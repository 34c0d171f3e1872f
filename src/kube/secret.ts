/** Texts that must never be printed: tokens, keys, passwords. Kube layer, pure. */

/** A secret text: prints, logs and serialises as `[secret]`; only {@link Secret.reveal} gives it out. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself: for a header or a TLS option, never for a message. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }
}

const secretPatterns: readonly RegExp[] = [
  /k8s-aws-v1\.[\w-]+/g,
  /\beyJ[\w-]{8,}(?:\.[\w-]+)*/g,
  /\b(?:Bearer|Basic)\s+\S+/gi,
  /-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\b(?:token|password|secret|client-key-data)\b["']?\s*[:=]\s*["']?[^\s"',}]+/gi,
]

/** A foreign text (what a plugin printed, say) with everything that looks like a secret taken out. */
export function redact(text: string): string {
  return secretPatterns.reduce((out, pattern) => out.replace(pattern, '[secret]'), text)
}
