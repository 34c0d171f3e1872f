/** nodeadm's NodeConfig: its fields, and the first AMI release that reads each. Nodes layer, data. */

import type { FieldSchema } from './field-schema.ts'
import { kubeletConfigurationSchema } from './kubelet-schema.ts'

const bool: FieldSchema = { type: 'boolean' }
const text: FieldSchema = { type: 'string' }
const texts: FieldSchema = { type: 'list', of: text }
const base64: FieldSchema = {
  type: 'string',
  pattern: {
    form: /^(?=.)(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/,
    name: 'base64',
  },
}

/** The only API version that nodeadm decodes. */
export const nodeConfigApiVersion = 'node.eks.aws/v1alpha1'

/**
 * awslabs/amazon-eks-ami nodeadm/api/v1alpha1 of 2026-07. nodeadm is not strict: it drops what it does
 * not know without a word, a field that is newer than the AMI as well.
 */
export const nodeConfigSchema: FieldSchema = {
  type: 'object',
  fields: {
    apiVersion: { type: 'string', oneOf: [nodeConfigApiVersion] },
    kind: { type: 'string', oneOf: ['NodeConfig'] },
    metadata: { type: 'any' },
    spec: {
      type: 'object',
      fields: {
        cluster: {
          type: 'object',
          fields: {
            name: text,
            apiServerEndpoint: text,
            certificateAuthority: base64,
            cidr: text,
            enableOutpost: bool,
            id: text,
          },
        },
        containerd: {
          type: 'object',
          fields: { config: text, baseRuntimeSpec: { type: 'any', since: 'v20240615' } },
        },
        featureGates: {
          type: 'object',
          fields: {
            InstanceIdNodeName: { ...bool, since: 'v20240424' },
            FastImagePull: { ...bool, since: 'v20250821' },
          },
        },
        instance: {
          type: 'object',
          fields: {
            environment: {
              type: 'map',
              of: { type: 'map', of: text },
              since: 'v20251007',
            },
            localStorage: {
              type: 'object',
              fields: {
                strategy: { type: 'string', oneOf: ['RAID0', 'RAID10', 'Mount'] },
                mountPath: { ...text, since: 'v20250620' },
                disabledMounts: {
                  type: 'list',
                  of: { type: 'string', oneOf: ['Containerd', 'PodLogs', 'SOCI'] },
                  since: 'v20250620',
                },
              },
            },
            network: {
              type: 'object',
              since: 'v20251217',
              fields: { nameservers: texts, domains: texts },
            },
          },
        },
        kubelet: {
          type: 'object',
          fields: {
            config: kubeletConfigurationSchema,
            flags: texts,
            maxPodsExpression: { ...text, since: 'v20251007' },
          },
        },
      },
    },
  },
}

/** First release with `localStorage.strategy: RAID10`. */
export const raid10Since = 'v20250228'
/** First release that unpacks gzip user data. */
export const gzipSince = 'v20240531'
