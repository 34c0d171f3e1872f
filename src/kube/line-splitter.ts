/** Lines of a byte stream, whole and within a bound. Kube layer, pure. */

const lineFeed = 0x0a

/** Splits at line feeds before decoding, so that a character cut by a chunk stays whole. */
export class LineSplitter {
  private readonly bytesMax: number
  private readonly onLine: (line: string) => void
  private parts: Buffer[] = []
  private length = 0

  constructor(bytesMax: number, onLine: (line: string) => void) {
    this.bytesMax = bytesMax
    this.onLine = onLine
  }

  /** Bytes of the line that is not yet ended. */
  get pendingBytes(): number {
    return this.length
  }

  /** Takes the next chunk. @returns false when a line grew beyond the bound. */
  push(chunk: Buffer): boolean {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      if (!this.keep(chunk.subarray(start, end))) return false
      const line = Buffer.concat(this.parts).toString('utf8')
      this.parts = []
      this.length = 0
      start = end + 1
      if (line.trim() !== '') this.onLine(line)
    }
    return this.keep(chunk.subarray(start))
  }

  private keep(part: Buffer): boolean {
    if (part.length === 0) return true
    this.parts.push(part)
    this.length += part.length
    return this.length <= this.bytesMax
  }
}
