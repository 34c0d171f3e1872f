/** Rules about user data, both ways. */

import type { GroupFacts } from '../../src/check/facts.ts'
import { renderMime } from '../../src/nodes/mime.ts'
import { renderUserData } from '../../src/nodes/user-data.ts'
import type { Taint } from '../../src/world/kube-objects.ts'
import { group, withUserData } from '../check-facts.ts'
import type { RuleExample } from './example.ts'

const nodeConfig = (spec: string): string =>
  `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n${spec}\n`
const kubelet = (fields: string): string => nodeConfig(`  kubelet:\n    ${fields}`)
const script = (...lines: string[]): string => `#!/bin/bash\n${lines.join('\n')}\n`
const mime = (body: string, contentType = 'text/x-shellscript'): string =>
  renderMime([{ contentType, body }])
const call = (extra: string, ...options: string[]): string =>
  script(`/etc/eks/bootstrap.sh shop ${options.join(' ')} --kubelet-extra-args '${extra}'`)

const al2: Partial<GroupFacts> = { amiFamily: 'AmazonLinux2', amiMode: 'custom' }
const al2023: Partial<GroupFacts> = { amiFamily: 'AmazonLinux2023', amiMode: 'custom' }
const bottlerocket: Partial<GroupFacts> = { amiFamily: 'Bottlerocket' }
const taint: Taint = { key: 'arch', value: 'arm', effect: 'NoSchedule' }
const fullConfig = renderUserData('AmazonLinux2023', {
  cluster: {
    name: 'shop',
    endpoint: 'https://shop.example.com',
    certificateAuthority: 'Y2E=',
    serviceCidr: '10.100.0.0/16',
  },
  labels: {},
  taints: [],
  kubelet: {},
})
const facts = '--apiserver-endpoint https://a.example.com --b64-cluster-ca Y2E='

export const userDataExamples: readonly RuleExample[] = [
  {
    rule: 'UD-1',
    fires: withUserData(script('sysctl -p')),
    quiet: withUserData(mime(script('sysctl -p'))),
    says: 'User data of lt:3 is not a MIME multipart document, which EKS needs to merge its own part (it is plain shell)',
  },
  {
    rule: 'UD-2',
    fires: withUserData(mime(call('')), { ...al2, amiMode: 'eks' }),
    quiet: withUserData(mime(call('')), al2),
    says: 'User data starts the node itself (/etc/eks/bootstrap.sh)',
  },
  {
    rule: 'UD-3',
    fires: withUserData(
      mime(kubelet('config: { maxPods: 20 }'), 'application/node.eks.aws'),
      al2023,
    ),
    quiet: withUserData(fullConfig, al2023),
    says: 'does not bootstrap the node (the cluster name, the API server endpoint',
  },
  {
    rule: 'UD-4',
    fires: withUserData(call(''), al2023),
    quiet: withUserData(
      renderMime([
        { contentType: 'text/x-shellscript', body: call('') },
        { contentType: 'application/node.eks.aws', body: kubelet('config: {}') },
      ]),
      al2023,
    ),
    says: 'User data is for bootstrap.sh but the image is AmazonLinux2023',
  },
  {
    rule: 'UD-5',
    fires: withUserData(mime(script('#'.repeat(16_384)))),
    quiet: withUserData(mime(script('#'.repeat(16_000)))),
    says: 'the limit is 16384 bytes',
  },
  {
    rule: 'UD-6',
    fires: withUserData('[settings.kubernetes."node-labels"]\na = "b"\n', bottlerocket),
    quiet: withUserData('[settings.kubernetes.node-labels]\n"a.b/c" = "d"\n', bottlerocket),
    says: 'a header has a quoted key, which EKS cannot merge; write the key inside the table at line 1',
  },
  {
    rule: 'UD-7',
    fires: withUserData(call('--node-labels=a=b'), { ...al2, taints: [taint] }),
    quiet: withUserData(call('--register-with-taints=arch=arm:NoSchedule'), {
      ...al2,
      taints: [taint],
    }),
    says: 'Taints arch=arm:NoSchedule are only in the API',
  },
  {
    rule: 'UD-8',
    fires: withUserData(call('--node-labels=node-role.kubernetes.io/web=true'), al2),
    quiet: withUserData(call('--node-labels=node.kubernetes.io/web=true'), al2),
    says: 'Label node-role.kubernetes.io/web is in a reserved',
  },
  {
    rule: 'UD-9',
    fires: withUserData(call('--register-with-taints=a=b:NoSchedule c=d:NoExecute'), al2),
    quiet: withUserData(call('--register-with-taints=a=b:NoSchedule,c=d:NoExecute'), al2),
    says: 'c=d:NoExecute stands behind a space',
  },
  {
    rule: 'UD-10',
    fires: withUserData(kubelet('config: { imageGCLowThresholdPercent: 90 }')),
    quiet: withUserData(
      kubelet('config: { imageGCLowThresholdPercent: 50, imageGCHighThresholdPercent: 70 }'),
    ),
    says: 'low 90 / high 85',
  },
  {
    rule: 'UD-11',
    fires: withUserData(kubelet('confg: { maxPods: 20 }')),
    quiet: withUserData(kubelet('config: { maxPods: 20 }')),
    says: 'NodeConfig part 1: unknown field spec.kubelet.confg (did you mean config?)',
  },
  {
    rule: 'UD-12',
    fires: withUserData(kubelet('maxPodsExpression: "20"'), { releaseVersion: '1.33.1-20250601' }),
    quiet: withUserData(kubelet('maxPodsExpression: "20"'), { releaseVersion: '1.35.6-20260714' }),
    says: 'Field spec.kubelet.maxPodsExpression needs AMI release v20251007; 1.33.1-20250601 ignores it',
  },
  {
    rule: 'UD-13',
    fires: withUserData(call('', facts), al2),
    quiet: withUserData(call('', facts, '--dns-cluster-ip 10.100.0.10'), al2),
    says: 'the cluster DNS address is guessed',
  },
  {
    rule: 'UD-14',
    fires: withUserData(script('sed -i "s/a/b/" /etc/kubernetes/kubelet/kubelet-config.json')),
    quiet: withUserData(script('# sed on kubelet-config.json was here', 'sysctl -p')),
    says: 'patches kubelet-config.json by text',
  },
  {
    rule: 'UD-15',
    fires: withUserData(
      call('--register-with-taints=a=b:NoSchedule --register-with-taints=c=d:NoSchedule'),
      al2,
    ),
    quiet: withUserData(call('--register-with-taints=a=b:NoSchedule'), al2),
    says: 'a=b:NoSchedule would be lost',
  },
  {
    rule: 'UD-16',
    fires: withUserData(mime(script('until curl -s localhost:10248/healthz; do sleep 1; done'))),
    quiet: withUserData(mime(script('until curl -s example.com; do sleep 1; done'))),
    says: 'waits for it and the node never joins',
  },
  {
    rule: 'UD-17',
    fires: withUserData(call('--node-labels=lifecycle=spot'), al2),
    quiet: withUserData(call('--node-labels=team=a'), al2),
    says: 'Labels lifecycle=spot / taints none exist only in user data',
  },
  {
    rule: 'UD-18',
    fires: withUserData(call('--node-labels=team="a b"'), al2),
    quiet: withUserData(call('--node-labels=team="a-b"'), al2),
    says: 'Label team=a b contains white space',
  },
  {
    rule: 'UD-19',
    fires: withUserData(mime(script('#'.repeat(15_000)))),
    quiet: withUserData(mime(script('#'.repeat(14_000)))),
    says: 'of 16384 bytes',
  },
  {
    rule: 'SEED-18',
    fires: withUserData(call('--node-labels=lifecycle=spot'), al2),
    quiet: group({ labels: { lifecycle: 'archived' }, taints: [taint] }),
    says: 'Label lifecycle duplicates eks.amazonaws.com/capacityType',
  },
  {
    rule: 'UD-11',
    fires: withUserData('apiVersion: node.eks.aws/v1alpha\nkind: NodeConfig\nspec: {}\n'),
    quiet: withUserData(kubelet(`config: { maxPods: \${max_pods} }`)),
    says: 'apiVersion',
  },
  {
    rule: 'UD-20',
    fires: withUserData('[settings.kubernetes]\nmax-pod = 20\n', bottlerocket),
    quiet: withUserData('[settings.kubernetes]\nmax-pods = 20\n', bottlerocket),
    says: 'max-pod',
  },
]
