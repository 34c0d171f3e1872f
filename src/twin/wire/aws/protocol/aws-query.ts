/** awsQuery: IAM, STS and Auto Scaling. Twin layer, pure. */

import { awsQueryDialect } from '../codec/form.ts'
import { writeXmlMembers, xmlEscape } from '../codec/xml.ts'
import { xmlAnswer } from './answer.ts'
import type { Protocol } from './protocol.ts'
import { readQuery } from './query.ts'

/** The protocol. */
export const awsQuery: Protocol = {
  read: (request, service, shape) => readQuery(request, { service, shape }, awsQueryDialect),
  writeOutput: (operation, output, requestId, { xmlNamespace }) => {
    const { name } = operation
    const result =
      operation.output === undefined
        ? ''
        : `<${name}Result>${writeXmlMembers(operation.output, output)}</${name}Result>`
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`
    const body = `<${name}Response xmlns="${xmlNamespace}">${result}${metadata}</${name}Response>`
    return xmlAnswer({ status: 200, requestId }, body)
  },
  writeProblem: (problem, requestId, { xmlNamespace }) => {
    const type = problem.status < 500 ? 'Sender' : 'Receiver'
    const code = `<Code>${xmlEscape(problem.code)}</Code>`
    const message = `<Message>${xmlEscape(problem.message)}</Message>`
    const error = `<Error><Type>${type}</Type>${code}${message}</Error>`
    const id = `<RequestId>${requestId}</RequestId>`
    const body = `<ErrorResponse xmlns="${xmlNamespace}">${error}${id}</ErrorResponse>`
    const { headers, status } = problem
    return xmlAnswer({ status, requestId, headers }, body)
  },
}
