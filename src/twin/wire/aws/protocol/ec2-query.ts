/** ec2Query: EC2. Twin layer, pure. */

import { ec2QueryDialect } from '../codec/form.ts'
import { writeXmlMembers, xmlEscape } from '../codec/xml.ts'
import { xmlAnswer } from './answer.ts'
import type { Protocol } from './protocol.ts'
import { readQuery } from './query.ts'

/** The protocol. */
export const ec2Query: Protocol = {
  read: (request, service, shape) => readQuery(request, { service, shape }, ec2QueryDialect),
  writeOutput: ({ name, output: shape }, output, requestId, { xmlNamespace }) => {
    // Operations without an output answer that they did it.
    const members = shape === undefined ? '<return>true</return>' : writeXmlMembers(shape, output)
    const id = `<requestId>${requestId}</requestId>`
    const body = `<${name}Response xmlns="${xmlNamespace}">${id}${members}</${name}Response>`
    return xmlAnswer({ status: 200, requestId }, body)
  },
  writeProblem: (problem, requestId) => {
    const code = `<Code>${xmlEscape(problem.code)}</Code>`
    const message = `<Message>${xmlEscape(problem.message)}</Message>`
    const errors = `<Errors><Error>${code}${message}</Error></Errors>`
    const body = `<Response>${errors}<RequestID>${requestId}</RequestID></Response>`
    const { headers, status } = problem
    return xmlAnswer({ status, requestId, headers }, body)
  },
}
