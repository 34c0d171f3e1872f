import { expect, it } from 'vitest'
import { parseMime } from '../mime.ts'
import { convertUserData } from './convert-user-data.ts'

const call =
  '/etc/eks/bootstrap.sh shop --apiserver-endpoint https://x.example --b64-cluster-ca Zm9v'

function converted(line: string): string {
  const text = `#!/bin/bash\n${line}\n${call} --service-ipv4-cidr 172.20.0.0/16\n`
  return convertUserData(text, { target: 'AmazonLinux2023', file: 'old.sh' }).userData
}

it('puts a script with letters beyond ASCII into base64, with what the shell finds out at boot', () => {
  const userData = converted('echo "Gerät $(hostname)" > /etc/motd')
  expect(userData).toContain('Content-Transfer-Encoding: base64')
  expect(parseMime(userData)?.[0]?.body).toContain('echo "Gerät $(hostname)" > /etc/motd')
})

it('leaves a script readable that a template engine fills', () => {
  const userData = converted('echo "Gerät {{ v1.region }}" > /etc/motd')
  expect(userData).not.toContain('Content-Transfer-Encoding')
  expect(userData).toContain('echo "Gerät {{ v1.region }}" > /etc/motd')
})

it('blocks on a NodeConfig of the team that nobody decodes', () => {
  const text = [
    'Content-Type: multipart/mixed; boundary="X"',
    '',
    '--X',
    'Content-Type: application/node.eks.aws',
    '',
    '#!/bin/bash {{ x }}',
    '--X--',
    '',
  ].join('\n')
  const { findings } = convertUserData(text, { target: 'AmazonLinux2023', file: 'old.mime' })
  const errors = findings.filter(({ severity }) => severity === 'error')
  expect(errors.map(({ message }) => message)).toContain('the NodeConfig is not a YAML map')
})
