/** Rules about user data, both ways. */

import { withUserData } from '../check-facts.ts'
import type { RuleExample } from './example.ts'

const nodeConfig = (config: string): string =>
  `apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  kubelet:\n${config}\n`

export const userDataExamples: readonly RuleExample[] = [
  {
    rule: 'UD-11',
    fires: withUserData(nodeConfig('    confg: { maxPods: 20 }')),
    quiet: withUserData(nodeConfig('    config: { maxPods: 20 }')),
    says: 'NodeConfig part 1: unknown field spec.kubelet.confg (did you mean config?)',
  },
  {
    rule: 'UD-14',
    fires: withUserData(
      '#!/bin/bash\nsed -i "s/a/b/" /etc/kubernetes/kubelet/kubelet-config.json\n',
    ),
    quiet: withUserData('#!/bin/bash\n# sed on kubelet-config.json was here\nsysctl -p\n'),
    says: 'patches kubelet-config.json by text',
  },
]
