/** A request of which we know what it wants. Twin layer, types only. */

import type { ReadRequest } from './protocol/protocol.ts'
import type { WireService } from './schema/catalogue.ts'
import type { ServiceShape } from './schema/shape.ts'
import type { CredentialScope } from './scope.ts'

/** Operation, input, and who asks which service for it. */
export interface KnownCall extends ReadRequest {
  readonly scope: CredentialScope
  readonly service: WireService
  readonly shape: ServiceShape
}
