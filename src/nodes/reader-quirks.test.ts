import { describe, expect, it } from 'vitest'
import { parseMime, renderMime } from './mime.ts'
import { nodeConfigFaults, readNodeConfig } from './node-config.ts'
import { parseBootstrap, renderUserData } from './user-data.ts'

describe('YAML as nodeadm reads it', () => {
  it.each(['on', 'yes', 'n', 'OFF', 'Y'])(
    'a taint with the value %s is rendered as a text',
    (value) => {
      const bootstrap = {
        cluster: {
          name: value,
          endpoint: 'https://x',
          certificateAuthority: 'Zm9v',
          serviceCidr: '10.100.0.0/16',
        },
        labels: {},
        taints: [{ key: 'spot', value, effect: 'NoSchedule' as const }],
        kubelet: {},
      }
      const text = renderUserData('AmazonLinux2023', bootstrap)
      expect(text).toContain(`value: "${value}"`)
      expect(text).toContain(`name: "${value}"`)
      expect(parseBootstrap('AmazonLinux2023', text)).toEqual(bootstrap)
    },
  )

  it('a plain on is true, a quoted one is a text', () => {
    const document = (name: string): string =>
      `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: ${name}\n`
    expect(readNodeConfig(document('on'))?.spec).toEqual({ cluster: { name: true } })
    expect(nodeConfigFaults(document('on')).map(({ path }) => path)).toEqual(['spec.cluster.name'])
    expect(nodeConfigFaults(document('"on"'))).toEqual([])
  })
})

describe('letters beyond ASCII in a part that cloud-init reads', () => {
  const parts = [
    {
      contentType: 'text/x-shellscript; charset="us-ascii"',
      body: '#!/bin/bash\necho "grüße 囃"\n',
    },
    { contentType: 'application/node.eks.aws', body: 'kind: NodeConfig # grüße\n' },
  ]
  const text = renderMime(parts)

  it('travel in base64, lines of 76 letters at most', () => {
    expect(text).toContain('Content-Transfer-Encoding: base64\n\n')
    expect(text).not.toContain('囃')
    const long = renderMime([{ contentType: 'text/x-shellscript', body: `#!é${'x'.repeat(500)}` }])
    expect(Math.max(...long.split('\n').map((line) => line.length))).toBe(76)
  })

  it('stay as they are for nodeadm, which knows no transfer encoding', () => {
    expect(text).toContain('kind: NodeConfig # grüße')
  })

  it('come back', () => {
    expect(parseMime(text)).toEqual(parts)
  })

  it('plain ASCII stays readable', () => {
    const plain = [{ contentType: 'text/x-shellscript', body: '#!/bin/bash\ntrue\n' }]
    expect(renderMime(plain)).not.toContain('Transfer-Encoding')
  })
})
