/** An engine in another process that only watches the API server: virtual time waits until it heard of a change. */

import { afterEach, expect, it } from 'vitest'
import { ask, type ServedCluster, servedCluster } from '../../../../test/served-cluster.ts'
import { nextTurn } from '../../../world/turn.ts'

let cluster: ServedCluster

afterEach(() => cluster.stop())

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn()
}

it('a watcher hears an event before the next one happens', async () => {
  cluster = await servedCluster()
  const { clock, host } = cluster
  const { kernel } = host.twin
  const [{ store } = { store: undefined }] = [...host.twin.clusters.values()]
  const participant = host.pacer.participants.join()
  const leaving = new AbortController()
  let heard = ''
  const watch = ask(cluster, '/api/v1/namespaces/default/configmaps?watch=true', {
    signal: leaving.signal,
    onData: (text) => {
      heard += text
    },
  })
  await until(() => heard.includes('kube-root-ca.crt'))
  const startMs = kernel.nowMs()
  const metadata = { namespace: 'default', name: 'news' }
  kernel.after(1000, 'news', () =>
    store?.create('ConfigMap', { apiVersion: 'v1', kind: 'ConfigMap', metadata }),
  )
  let isLater = false
  kernel.after(1001, 'later', () => {
    isLater = true
  })
  void participant.wait(startMs + 600_000, leaving.signal)
  await until(() => {
    // One slice at most: its end is the news, whatever the clock of the wall allows.
    if (kernel.nowMs() < startMs + 1000) clock.advance(2)
    return heard.includes('"name":"news"')
  })
  expect(kernel.nowMs()).toBe(startMs + 1000)
  expect(isLater).toBe(false)
  await until(() => {
    clock.advance(2)
    return isLater
  })
  leaving.abort()
  participant.leave()
  await watch
})
