/** What the twin answers, read from the twin itself: the table in docs/twin.md. Twin layer. */

import { isFailure } from '../../../world/failure.ts'
import { emptyWorld } from '../../build/empty-world.ts'
import { buildTwin } from '../../twin.ts'
import { type ServiceName, wireServices } from './schema/catalogue.ts'

/** Operations by the name of a suite that makes real clients call them, as `service:Operation`. */
export type JudgedBy = Readonly<Record<string, readonly string[]>>

/** Begin and end of the generated part of the document. */
const marks = ['<!-- operations: generated -->', '<!-- /operations -->'] as const

const protocolNames = {
  'rest-json': 'restJson1',
  'aws-json': 'awsJson1.1',
  'aws-query': 'awsQuery',
  'ec2-query': 'ec2Query',
} as const

/** The document with its table made anew. */
export async function withOperationTable(document: string, judgedBy: JudgedBy): Promise<string> {
  const [begin, end] = marks
  const before = document.slice(0, document.indexOf(begin) + begin.length)
  const after = document.slice(document.indexOf(end))
  return `${before}\n${await operationTable(judgedBy)}${after}`
}

async function operationTable(judgedBy: JudgedBy): Promise<string> {
  const lines = ['| Service | Operation | Protocol | Judged by |', '|---|---|---|---|']
  for (const { name, protocol } of wireServices.values()) {
    for (const operation of await operationsOf(name)) {
      const suites = Object.entries(judgedBy)
        .filter(([, operations]) => operations.includes(`${name}:${operation}`))
        .map(([suite]) => suite)
      lines.push(`| ${name} | ${operation} | ${protocolNames[protocol]} | ${suites.join(', ')} |`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** Asks every method of a throwaway twin for nothing: those that are only there to refuse say so. */
async function operationsOf(service: ServiceName): Promise<readonly string[]> {
  const twin = buildTwin(emptyWorld('eu-west-1'), { seed: 'operations' })
  const { aws, session } = twin.connect('operations')
  session.latencyFactor = 0
  const name = service === 'autoscaling' ? 'autoScaling' : service
  const port = (aws as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[name]
  const shape = await wireServices.get(service)?.load()
  const found: string[] = []
  for (const operation of [...(shape?.operations.keys() ?? [])].sort()) {
    const method = port?.[operation.charAt(0).toLowerCase() + operation.slice(1)]
    if (typeof method !== 'function') continue
    const outcome = (method as (input: unknown) => Promise<unknown>)({}).catch(
      (error: unknown) => error,
    )
    twin.kernel.advanceTo(twin.kernel.nowMs())
    const answer = await outcome
    const isLacking = isFailure(answer) && answer.context.serviceCode === 'NotImplemented'
    if (!isLacking) found.push(operation)
  }
  return found
}
