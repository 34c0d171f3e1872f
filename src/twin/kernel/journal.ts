/** The journal: every port call and every state change, in order. Twin layer. */

/** One line of the journal. */
export interface JournalEntry {
  readonly sequence: number
  readonly atMs: number
  /** `call`: a request reached the twin. `state`: the world changed. `fault`: a configured fault fired. */
  readonly kind: 'call' | 'state' | 'fault'
  /** Who: client name for calls, part of the world (`autoscaling`, `kubelet`, ...) for changes. */
  readonly actor: string
  /** Operation (`eks:CreateNodegroup`, `kube:evict`) or event (`instance-launched`). */
  readonly what: string
  /** The object concerned, e.g. `i-0abc`, `shop/web-1`. */
  readonly object: string
  /** Answer of a call (`ok`, `429`, error code) or free detail. */
  readonly detail: string
}

/** What is added; sequence and time are the journal's. */
export type JournalLine = Omit<JournalEntry, 'sequence' | 'atMs'>

/** Append-only; keeps the last `keptMax` lines (all if undefined) and hands every line to listeners. */
export class Journal {
  private readonly kept: JournalEntry[] = []
  private readonly listeners: ((entry: JournalEntry) => void)[] = []
  private sequence = 0
  private readonly nowMs: () => number
  private readonly keptMax: number | undefined

  constructor(nowMs: () => number, keptMax?: number) {
    this.nowMs = nowMs
    this.keptMax = keptMax
  }

  add(line: JournalLine): JournalEntry {
    this.sequence += 1
    const entry: JournalEntry = { sequence: this.sequence, atMs: this.nowMs(), ...line }
    this.kept.push(entry)
    if (this.keptMax !== undefined && this.kept.length > 2 * this.keptMax) {
      this.kept.splice(0, this.kept.length - this.keptMax)
    }
    for (const listener of this.listeners) listener(entry)
    return entry
  }

  /** Lines kept, oldest first; with `kind` only those of that kind. */
  entries(kind?: JournalEntry['kind']): readonly JournalEntry[] {
    return kind === undefined ? this.kept : this.kept.filter((entry) => entry.kind === kind)
  }

  onEntry(listener: (entry: JournalEntry) => void): void {
    this.listeners.push(listener)
  }
}
