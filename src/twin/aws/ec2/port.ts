/** The EC2 half of the AWS port. Twin layer. */

import type { Session } from '../../kernel/session.ts'
import type { AwsAccount } from '../account.ts'
import { type PortOf, portOf } from '../operation-table.ts'
import { defaultVpcOperations } from './default-vpc.ts'
import { gatewayOperations } from './gateways.ts'
import { imageOperations } from './image.ts'
import { instanceOperations } from './instance.ts'
import { launchOperations } from './instance-launch.ts'
import { instanceTypeOperations } from './instance-type.ts'
import { keyPairOperations } from './key-pair.ts'
import { templateOperations } from './launch-template.ts'
import { templateVersionOperations } from './launch-template-version.ts'
import { interfaceOperations } from './network-interface.ts'
import { placementGroupOperations } from './placement-group.ts'
import { routeTableOperations } from './route-table.ts'
import { securityGroupOperations } from './security-group.ts'
import { securityRuleOperations } from './security-rules.ts'
import { subnetOperations } from './subnet.ts'
import { tagOperations } from './tags.ts'
import { volumeOperations } from './volume.ts'
import { vpcOperations } from './vpc.ts'
import { zoneOperations } from './zones.ts'

/** Round trip of an EC2 call. */
const latencyMs = 60

const table = {
  ...defaultVpcOperations,
  ...gatewayOperations,
  ...imageOperations,
  ...instanceOperations,
  ...instanceTypeOperations,
  ...interfaceOperations,
  ...keyPairOperations,
  ...launchOperations,
  ...placementGroupOperations,
  ...routeTableOperations,
  ...securityGroupOperations,
  ...securityRuleOperations,
  ...subnetOperations,
  ...tagOperations,
  ...templateOperations,
  ...templateVersionOperations,
  ...volumeOperations,
  ...vpcOperations,
  ...zoneOperations,
}

/** The port's methods. */
export function ec2Port(account: AwsAccount, session: Session): PortOf<typeof table> {
  return portOf({ account, session, service: 'ec2', latencyMs }, table)
}
