/** NET-5: nodes that reach no endpoint of the API server. Check layer, pure. */

import { aboutSubnets } from '../live/subnets-of.ts'

/** The private endpoint is off and the subnet has no way out; allowed CIDRs of a NAT are not compared. */
export const net5 = aboutSubnets('NET-5', ({ route }, { isEndpointPrivate }) =>
  route === 'none' && !isEndpointPrivate ? {} : undefined,
)
