/** Volumes: those that instances were launched with. Twin layer. */

import type * as Sdk from '@aws-sdk/client-ec2'
import { hash32 } from '../../../world/random.ts'
import type { AwsAccount } from '../account.ts'
import { pageOf } from '../page.ts'
import type { InstanceState } from '../state.ts'
import { byIds, matchesFilters } from './filters.ts'
import { launchFactsOf } from './launch-data.ts'

const missing = { code: 'InvalidVolume.NotFound', what: 'volume' }
const pageMax = 1000

type Volume = ReturnType<typeof launchFactsOf>['volumes'][number] & { readonly id: string }

/** The volumes of an instance; they go with it. */
export function volumesOf(instance: InstanceState): readonly Volume[] {
  const { volumes } = instance.recipe.launch ?? launchFactsOf({})
  return volumes.map((volume) => {
    const salt = hash32(`${instance.id}/${volume.deviceName}`).toString(16).padStart(8, '0')
    return { ...volume, id: `vol-${salt}${instance.id.slice(2, 11)}` }
  })
}

function describeVolumes(
  account: AwsAccount,
  input: Sdk.DescribeVolumesRequest,
): Sdk.DescribeVolumesResult {
  const all = new Map<string, { readonly one: InstanceState; readonly volume: Volume }>()
  for (const one of account.instances.values()) {
    if (one.state === 'terminated') continue
    for (const volume of volumesOf(one)) all.set(volume.id, { one, volume })
  }
  const found = byIds(all, input.VolumeIds, missing).filter(({ one, volume }) =>
    matchesFilters(
      input.Filters,
      {},
      {
        'attachment.device': volume.deviceName,
        'attachment.instance-id': one.id,
        'attachment.status': 'attached',
        'availability-zone': one.zone,
        encrypted: volume.isEncrypted,
        size: volume.sizeGiB,
        status: 'in-use',
        'volume-id': volume.id,
        'volume-type': volume.volumeType,
      },
    ),
  )
  const size = input.MaxResults ?? pageMax
  const { next, page } = pageOf(found, { token: input.NextToken, size })
  return {
    Volumes: page.map(({ one, volume }) => ({
      VolumeId: volume.id,
      AvailabilityZone: one.zone,
      CreateTime: new Date(one.launchedMs),
      Encrypted: volume.isEncrypted,
      MultiAttachEnabled: false,
      Size: volume.sizeGiB,
      State: 'in-use',
      VolumeType: volume.volumeType as Sdk.VolumeType,
      Attachments: [
        {
          AttachTime: new Date(one.launchedMs),
          DeleteOnTermination: true,
          Device: volume.deviceName,
          InstanceId: one.id,
          State: 'attached',
          VolumeId: volume.id,
        },
      ],
      Tags: [],
    })),
    ...(next === undefined ? {} : { NextToken: next }),
  }
}

/** Operations on volumes. */
export const volumeOperations = { describeVolumes }
