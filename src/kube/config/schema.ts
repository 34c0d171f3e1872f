/** The members of a kubeconfig that are read; others are left alone. Kube layer. */

import * as z from 'zod'

const text = z.string()
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])
const optional = <T extends z.ZodType>(type: T) =>
  type.nullish().transform((value) => value ?? undefined)
const named = <K extends string, T extends z.ZodType>(key: K, body: T) =>
  z.object({ name: text, [key]: body } as { name: typeof text } & Record<K, T>)

const clusterBody = z.object({
  server: optional(text),
  'certificate-authority': optional(text),
  'certificate-authority-data': optional(text),
  'insecure-skip-tls-verify': optional(z.boolean()),
  'tls-server-name': optional(text),
  'proxy-url': optional(text),
  extensions: list(z.object({ name: text, extension: z.unknown() })),
})

const execBody = z.object({
  apiVersion: text,
  command: text,
  args: list(text),
  env: list(z.object({ name: text, value: text })),
  installHint: optional(text),
  interactiveMode: optional(z.enum(['Never', 'IfAvailable', 'Always'])),
  provideClusterInfo: optional(z.boolean()),
})

const userBody = z.object({
  'client-certificate': optional(text),
  'client-certificate-data': optional(text),
  'client-key': optional(text),
  'client-key-data': optional(text),
  token: optional(text),
  tokenFile: optional(text),
  username: optional(text),
  password: optional(text),
  as: optional(text),
  'as-uid': optional(text),
  'as-groups': list(text),
  'as-user-extra': optional(z.record(text, z.array(text))),
  exec: optional(execBody),
  'auth-provider': optional(z.object({ name: optional(text) })),
})

const contextBody = z.object({
  cluster: optional(text),
  user: optional(text),
  namespace: optional(text),
})

const bodyOr = <T extends z.ZodType>(body: T) =>
  z.preprocess((value) => (value === null || value === undefined ? {} : value), body)

/** One file. */
export const kubeconfigSchema = z.object({
  'current-context': optional(text),
  clusters: list(named('cluster', bodyOr(clusterBody))),
  contexts: list(named('context', bodyOr(contextBody))),
  users: list(named('user', bodyOr(userBody))),
})

/** A cluster's entry. */
export type ClusterEntry = z.output<typeof clusterBody>
/** A user's entry. */
export type UserEntry = z.output<typeof userBody>
/** A plugin's entry. */
export type ExecEntry = z.output<typeof execBody>
/** A context's entry. */
export type ContextEntry = z.output<typeof contextBody>
/** A whole file. */
export type KubeconfigFile = z.output<typeof kubeconfigSchema>
