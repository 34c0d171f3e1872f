/** NET-2: nodes of an IPv6 cluster in a subnet that assigns none. Check layer, pure. */

import { aboutSubnets } from '../live/subnets-of.ts'

/** EKS refuses it for new groups. */
export const net2 = aboutSubnets('NET-2', ({ isIpv6Assigned }, { ipFamily }) =>
  ipFamily === 'ipv6' && !isIpv6Assigned ? {} : undefined,
)
