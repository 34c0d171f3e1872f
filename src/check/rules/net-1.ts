/** NET-1: a subnet that leads to the internet and gives no public addresses. Check layer, pure. */

import { aboutSubnets } from '../live/subnets-of.ts'

/** EKS refuses it for new groups; subnets behind a NAT need no public addresses. */
export const net1 = aboutSubnets('NET-1', ({ isPublicIpMapped, route }) =>
  route === 'internet' && !isPublicIpMapped ? {} : undefined,
)
