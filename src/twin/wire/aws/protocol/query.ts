/** What both query protocols share: a form in, XML out. Twin layer, pure. */

import { type FormDialect, readForm } from '../codec/form.ts'
import { formTree } from '../codec/form-tree.ts'
import { AwsProblem } from '../problem.ts'
import type { WireRequest } from '../request.ts'
import type { WireService } from '../schema/catalogue.ts'
import type { ServiceShape } from '../schema/shape.ts'
import type { ReadRequest } from './protocol.ts'

/** Reads `Action` and the members of its input; presigned requests carry the form in their query. */
export function readQuery(
  request: WireRequest,
  { service, shape }: { readonly service: WireService; readonly shape: ServiceShape },
  dialect: FormDialect,
): ReadRequest {
  const form = request.method === 'GET' ? request.query.toString() : request.body
  const tree = formTree(form)
  const action = tree.below.get('Action')?.text
  if (action === undefined) {
    const message = 'The request is missing an action or operation parameter.'
    throw new AwsProblem('MissingAction', message)
  }
  const operation = shape.operations.get(action)
  if (operation === undefined) {
    const version = tree.below.get('Version')?.text ?? service.version
    const message = `The action ${action} is not valid for this web service (version ${version}).`
    throw new AwsProblem('InvalidAction', message)
  }
  return { operation, input: readForm(operation.input, tree, dialect) }
}
