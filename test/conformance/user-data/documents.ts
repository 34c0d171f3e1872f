/** Documents that the judges of user data get: rendered ones of every family, and broken ones. */

import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { type AmiFamily, amiFamilies } from '../../../src/nodes/ami-parameters.ts'
import type { Bootstrap } from '../../../src/nodes/bootstrap.ts'
import { convertUserData } from '../../../src/nodes/convert/convert-user-data.ts'
import { effectiveNode } from '../../../src/nodes/effective/effective-node.ts'
import { parseMime } from '../../../src/nodes/mime.ts'
import { renderUserData } from '../../../src/nodes/user-data.ts'
import { carried, customBootstraps, mergedBootstraps } from '../../random-bootstrap.ts'

/** One text and where it comes from. */
export interface JudgedDocument {
  readonly name: string
  readonly text: string
}

const seed = 9

/** `count` of every family in both modes; texts that are empty are left out. */
export function renderedDocuments(
  count: number,
  families: readonly AmiFamily[] = amiFamilies,
): readonly JudgedDocument[] {
  const modes = { custom: customBootstraps, merged: mergedBootstraps }
  return families.flatMap((family) =>
    Object.entries(modes)
      .filter(([mode]) => family !== 'Ubuntu' || mode === 'custom')
      .flatMap(([mode, arbitrary]) =>
        fc.sample(arbitrary, { seed, numRuns: count }).map((raw, index) => ({
          name: `${family} ${mode} ${index}`,
          text: renderUserData(family, carried(family, raw)),
        })),
      )
      .filter(({ text }) => text !== ''),
  )
}

/** What `explain` says that a node of a merged group gets: EKS's NodeConfig and the team's. */
export function mergedDocuments(count: number): readonly JudgedDocument[] {
  const family = 'AmazonLinux2023'
  return fc.sample(mergedBootstraps, { seed, numRuns: count }).map((raw: Bootstrap, index) => {
    const userData = renderUserData(family, carried(family, raw))
    const node = effectiveNode({
      clusterName: 'shop',
      nodeGroupName: 'web',
      region: 'eu-west-1',
      zone: undefined,
      kubernetesVersion: '1.35',
      family,
      arch: 'arm64',
      variant: 'standard',
      imageId: undefined,
      releaseVersion: 'latest',
      capacityType: 'SPOT',
      instanceTypes: ['m6g.2xlarge'],
      labels: { lifecycle: 'spot' },
      taints: [{ key: 'arch', value: 'arm64', effect: 'NoSchedule' }],
      userData,
      template: undefined,
      cluster: {
        name: 'shop',
        endpoint: 'https://1.eks.amazonaws.com',
        certificateAuthority: 'Q0E=',
        serviceCidr: '10.100.0.0/16',
      },
      nodeGroupTags: {},
      groupTags: {},
      placement: { nodeRole: '', subnets: [] },
      origins: {},
      origin: { by: 'default' },
    })
    return { name: `explained ${index}`, text: node.userData.text }
  })
}

/** What the scripts of the samples become on Amazon Linux 2023, as far as nobody must decide anything. */
export function convertedDocuments(): readonly JudgedDocument[] {
  const folder = new URL('../../fixtures/user-data/', import.meta.url)
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      name: `converted ${file}`,
      text: convertUserData(readFileSync(new URL(file, folder), 'utf8'), {
        target: 'AmazonLinux2023',
        file,
        endpoint: 'https://1.eks.amazonaws.com',
        certificateAuthority: 'Q0E=',
        serviceCidr: '10.100.0.0/16',
      }).userData,
    }))
    .filter(({ text }) => text !== '')
}

/** The NodeConfigs in documents. */
export function nodeConfigsIn(documents: readonly JudgedDocument[]): readonly JudgedDocument[] {
  return documents.flatMap(({ name, text }) =>
    (parseMime(text) ?? [])
      .filter(({ contentType }) => contentType.startsWith('application/node.eks.aws'))
      .map(({ body }) => ({ name, text: body })),
  )
}

/** Multipart documents; other texts are no business of MIME readers. */
export function multipartOf(documents: readonly JudgedDocument[]): readonly JudgedDocument[] {
  return documents.filter(({ text }) => parseMime(text) !== undefined)
}
