/** Numbers with their nouns in sentences for people. Decide layer, pure. */

/** `1 pod`, `2 pods`: regular plurals only. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
