/** What a Region has of what files name: asked once for all clusters. Observe layer. */

import type { LiveImage, RegionFacts } from '../../check/live/live-facts.ts'
import type { LiveQuestions } from '../../check/live/live-questions.ts'
import type { AwsApi } from '../../world/aws-api.ts'
import { chunks, type Looker } from './looker.ts'
import { readRoles } from './roles.ts'

/** Values of one filter; EC2 takes 200. */
const valuesMax = 200
/** Whose images EKS publishes. */
const publishers = ['amazon']

/** Filters instead of ids: EC2 refuses a whole call for one unknown id. */
export async function readRegion(
  aws: AwsApi,
  questions: LiveQuestions,
  looker: Looker,
): Promise<RegionFacts> {
  const { ec2 } = aws
  const { imageIds, keyNames, placementGroups, releases, securityGroupIds } = questions
  const parts: Partial<RegionFacts>[] = [
    named('roles', await readRoles(aws, questions.roleArns, looker)),
    named('offerings', await readOfferings(aws, questions.instanceTypes, looker)),
    named(
      'images',
      await looker.look('images', 'ec2:DescribeImages', () => readImages(aws, imageIds)),
    ),
    named(
      'releases',
      await looker.look('releases', 'ec2:DescribeImages', () => readReleases(aws, releases)),
    ),
    named(
      'securityGroups',
      await looker.look('securityGroups', 'ec2:DescribeSecurityGroups', async () => {
        const found = await filtered('group-id', securityGroupIds, async (Filters) => {
          const { SecurityGroups } = await ec2.describeSecurityGroups({ Filters })
          return SecurityGroups ?? []
        })
        return new Map(found.map(({ GroupId = '', Tags }) => [GroupId, tagsOf(Tags)]))
      }),
    ),
    named(
      'keyPairs',
      await looker.look('keyPairs', 'ec2:DescribeKeyPairs', async () => {
        const found = await filtered('key-name', keyNames, async (Filters) => {
          const { KeyPairs } = await ec2.describeKeyPairs({ Filters })
          return KeyPairs ?? []
        })
        return new Set(found.map(({ KeyName = '' }) => KeyName))
      }),
    ),
    named(
      'placementGroups',
      await looker.look('placementGroups', 'ec2:DescribePlacementGroups', async () => {
        const found = await filtered('group-name', placementGroups, async (Filters) => {
          const { PlacementGroups } = await ec2.describePlacementGroups({ Filters })
          return PlacementGroups ?? []
        })
        return new Set(found.map(({ GroupName = '' }) => GroupName))
      }),
    ),
  ]
  return Object.assign({}, ...parts)
}

/** Without a value nothing at all: the member stays away. */
function named<Key extends keyof RegionFacts>(
  key: Key,
  value: RegionFacts[Key],
): Partial<RegionFacts> {
  return value === undefined ? {} : { [key]: value }
}

/** EC2's list of tags as a map. */
export function tagsOf(
  tags:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
}

type Filter = { Name: string; Values: string[] }

async function filtered<T>(
  name: string,
  values: readonly string[],
  call: (filters: Filter[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const found: T[] = []
  for (const part of chunks(values, valuesMax)) {
    found.push(...(await call([{ Name: name, Values: [...part] }])))
  }
  return found
}

/** Which zones have which of the types. */
function readOfferings(
  { ec2 }: AwsApi,
  types: readonly string[],
  looker: Looker,
): Promise<RegionFacts['offerings']> {
  return looker.look('offerings', 'ec2:DescribeInstanceTypeOfferings', async () => {
    const byZone = new Map<string, Set<string>>()
    const found = await filtered('instance-type', types, async (Filters) => {
      const LocationType = 'availability-zone'
      const answer = await ec2.describeInstanceTypeOfferings({ LocationType, Filters })
      return answer.InstanceTypeOfferings ?? []
    })
    for (const { InstanceType = '', Location = '' } of found) {
      byZone.set(Location, (byZone.get(Location) ?? new Set()).add(InstanceType))
    }
    return byZone
  })
}

async function readImages(
  { ec2 }: AwsApi,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LiveImage>> {
  const images = await filtered('image-id', ids, async (Filters) => {
    const { Images } = await ec2.describeImages({ Filters })
    return Images ?? []
  })
  return new Map(
    images.map(({ Architecture, CreationDate = '', ImageId = '', Name = '' }) => {
      const arch = Architecture === 'arm64' ? 'arm64' : 'x86_64'
      return [ImageId, { name: Name, arch, createdOn: CreationDate.slice(0, 10) }]
    }),
  )
}

async function readReleases(
  { ec2 }: AwsApi,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const images = await filtered('name', names, async (Filters) => {
    const { Images } = await ec2.describeImages({ Owners: publishers, Filters })
    return Images ?? []
  })
  return new Set(images.map(({ Name = '' }) => Name))
}
