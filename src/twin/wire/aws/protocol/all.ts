/** The protocols by name. Twin layer. */

import type { ProtocolName } from '../schema/catalogue.ts'
import { awsJson } from './aws-json.ts'
import { awsQuery } from './aws-query.ts'
import { ec2Query } from './ec2-query.ts'
import type { Protocol } from './protocol.ts'
import { restJson } from './rest-json.ts'

/** One file each; a new protocol is a line here. */
export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  'rest-json': restJson,
  'aws-json': awsJson,
  'aws-query': awsQuery,
  'ec2-query': ec2Query,
}
