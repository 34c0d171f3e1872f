import { expect, it } from 'vitest'
import { proxyFromEnvironment } from './proxy-choice.ts'

const proxy = 'http://proxy:3128'

it.each([
  ['https://kube.test', { HTTPS_PROXY: proxy }, proxy],
  ['https://kube.test', { https_proxy: proxy }, proxy],
  ['https://kube.test', { HTTP_PROXY: proxy }, undefined],
  ['http://kube.test', { HTTP_PROXY: proxy }, proxy],
  ['https://kube.test', { HTTPS_PROXY: 'proxy:3128' }, proxy],
  ['https://kube.test', { HTTPS_PROXY: ' ' }, undefined],
  ['https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://127.0.0.9:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://kube.test', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
  ['https://kube.test', { HTTPS_PROXY: proxy, NO_PROXY: 'kube.test' }, undefined],
  ['https://KUBE.test', { HTTPS_PROXY: proxy, no_proxy: 'other, Kube.Test' }, undefined],
  ['https://a.kube.test', { HTTPS_PROXY: proxy, NO_PROXY: 'kube.test' }, undefined],
  ['https://akube.test', { HTTPS_PROXY: proxy, NO_PROXY: 'kube.test' }, proxy],
  ['https://kube.test', { HTTPS_PROXY: proxy, NO_PROXY: '.kube.test' }, proxy],
  ['https://a.kube.test', { HTTPS_PROXY: proxy, NO_PROXY: '.kube.test' }, undefined],
  ['https://a.kube.test', { HTTPS_PROXY: proxy, NO_PROXY: '*.kube.test' }, undefined],
  ['https://kube.test:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'kube.test:6443' }, undefined],
  ['https://kube.test:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'kube.test:443' }, proxy],
  ['https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, proxy],
  ['https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.1.2.3' }, undefined],
  ['https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/99,/8,10.0.0.0/' }, proxy],
  ['https://[fd00::1]', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' }, undefined],
] as const)('%s with %o: %s', (server, env, expected) => {
  expect(proxyFromEnvironment(new URL(server), env)).toBe(expected)
})
