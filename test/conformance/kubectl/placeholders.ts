/** What differs from run to run in kubectl's output, as placeholders. */

/** Text with stable words for names, ages and ids; blanks count once. */
export function stable(text: string, nodeNames: readonly string[]): string {
  let result = text
  nodeNames.forEach((name, index) => {
    result = result.replaceAll(name, `n${index + 1}`)
  })
  return result
    .replace(/<cut, \d+ characters>/g, '')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/\b(web|stuck|api|mk|bad)-[0-9a-z]{5,10}-[0-9a-z]{5}\b/g, '$1-<pod>')
    .replace(/\b(web|stuck|api|mk|bad)-(?=[a-z]*\d)[0-9a-z]{5,10}\b/g, '$1-<hash>')
    .replace(/\b(relay|once|mk2?)-[0-9a-z]{5}\b/g, '$1-<pod>')
    .replace(/\brelay-10(?:-\d+){3}\b/g, 'relay-<pod>')
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<jwt>')
    .replace(/\bwas \d+$/gm, 'was <version>')
    .replace(/\bv1\.3\d\.\d+(?:-[a-z]+)?/g, '<release>')
    .replace(/\bkube-api-access-[0-9a-z]{5}\b/g, 'kube-api-access-<id>')
    .replace(/https:\/\/127\.0\.0\.1:\d+/g, '<server>')
    .replace(/\b10\.\d+\.\d+\.\d+\b/g, '<ip>')
    .replace(/\b(?:\d+[ydhms]){1,2}(?= |$|\))/gm, '<age>')
    .replace(/\/tmp\/(LIVE|MERGED)-\d+/g, '<tmp>/$1')
    .replace(/(?:\/private)?\/tmp\/\S+/g, '<tmp>')
    .replace(/\b2026-\d\d-\d\d[T ][\d:.]+(?:Z| \+0000)/g, '<time>')
    .replace(/\b\w{3}, \d\d \w{3} 2026 [\d:]+ \+0000/g, '<time>')
    .split('\n')
    .map((line) => line.replace(/[ \t]+/g, ' ').trim())
    .filter((line) => line !== '' && !/^-+( -+)*$/.test(line))
    .join('\n')
}

/** The different lines in order: which pods a drain meets, and when, differs. */
export function distinct(text: string): string {
  return [...new Set(text.split('\n'))].sort().join('\n')
}
