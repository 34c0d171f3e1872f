/** What AWS says of a cluster, read again only as often as it can have changed. Observe layer. */

import type {
  ObservedAddon,
  ObservedControlPlane,
  ObservedGroup,
  ObservedNodeGroup,
} from '../decide/observed.ts'
import type { AwsApi } from '../world/aws-api.ts'
import type { Clock } from '../world/clock.ts'
import { observeAddon } from './addons.ts'
import { observeControlPlane } from './control-plane.ts'
import { observeGroups } from './groups.ts'
import { observeNodeGroup } from './node-groups.ts'

/** Parts that are read on their own. */
export type AwsConcern = 'control' | 'addons' | 'nodeGroups' | 'groups'

/** Everything read from AWS. */
export interface AwsView {
  readonly control: ObservedControlPlane
  readonly addons: readonly ObservedAddon[]
  readonly nodeGroups: readonly ObservedNodeGroup[]
  readonly groups: readonly ObservedGroup[]
}

/** Poll while something of the concern is in flight, and otherwise. */
const busyMs = 15_000
const idleMs = 300_000
/** While instances come and go: one call answers for a hundred groups, and each gone node lets a new one come. */
const movingMs = 5000

/** Reads within budgets; one per cluster and process. */
export class AwsObserver {
  private readonly aws: AwsApi
  private readonly clock: Clock
  private readonly clusterName: string
  private readonly addonNames: readonly string[]
  private readonly dueMs = new Map<AwsConcern, number>()
  private control: ObservedControlPlane | undefined
  private addons: readonly ObservedAddon[] = []
  private nodeGroups: readonly ObservedNodeGroup[] = []
  private groups: readonly ObservedGroup[] = []
  /** Auto Scaling groups whose node groups are not taken for settled. */
  private readonly doubted = new Set<string>()
  private isRefreshChecked = false
  private offered: readonly string[] | undefined

  constructor(options: {
    readonly aws: AwsApi
    readonly clock: Clock
    readonly clusterName: string
    /** Add-ons to look at; others are not read. */
    readonly addonNames: readonly string[]
  }) {
    this.aws = options.aws
    this.clock = options.clock
    this.clusterName = options.clusterName
    this.addonNames = options.addonNames
  }

  /** Reads the concern anew at the next observation. */
  markDirty(concern: AwsConcern): void {
    this.dueMs.set(concern, 0)
  }

  /** The node groups of these Auto Scaling groups are described anew: something is wrong with them. */
  doubt(groupNames: readonly string[]): void {
    for (const name of groupNames) this.doubted.add(name)
    this.markDirty('nodeGroups')
  }

  /** When the next read is due; epoch milliseconds. */
  nextDueMs(): number {
    return Math.min(...this.dueMs.values())
  }

  /** Refreshes what is due. @throws RegroupError of the first call that fails. */
  async observe(isMoving: boolean): Promise<AwsView> {
    if (this.isDue('control')) await this.readControl()
    if (this.isDue('addons')) await this.readAddons()
    if (this.isDue('nodeGroups')) await this.readNodeGroups()
    if (this.isDue('groups')) await this.readGroups(isMoving)
    return {
      control: this.control!,
      addons: this.addons,
      nodeGroups: this.nodeGroups,
      groups: this.groups,
    }
  }

  private isDue(concern: AwsConcern): boolean {
    return this.clock.nowMs() >= (this.dueMs.get(concern) ?? 0)
  }

  private schedule(concern: AwsConcern, isBusy: boolean, pollMs = busyMs): void {
    this.dueMs.set(concern, this.clock.nowMs() + (isBusy ? pollMs : idleMs))
  }

  private async readControl(): Promise<void> {
    this.offered ??= await this.readOffered()
    this.control = await observeControlPlane(this.aws, this.clusterName, this.offered)
    this.schedule('control', this.control.status !== 'ACTIVE')
  }

  private async readOffered(): Promise<readonly string[]> {
    const { clusterVersions } = await this.aws.eks.describeClusterVersions({})
    return (clusterVersions ?? []).flatMap((one) => one.clusterVersion ?? [])
  }

  private async readAddons(): Promise<void> {
    const { addons } = await this.aws.eks.listAddons({ clusterName: this.clusterName })
    const names = this.addonNames.filter((name) => addons?.includes(name))
    const found: ObservedAddon[] = []
    for (const name of names) {
      const known = this.addons.find((one) => one.name === name)
      found.push(
        await observeAddon(this.aws, this.clusterName, {
          name,
          known,
          version: this.control?.version ?? '',
        }),
      )
    }
    this.addons = found
    this.schedule(
      'addons',
      found.some((one) => one.status !== 'ACTIVE'),
    )
  }

  /** Groups that are ACTIVE and have their Auto Scaling group do not change by themselves. */
  private async readNodeGroups(): Promise<void> {
    const names: string[] = []
    let nextToken: string | undefined
    do {
      const page = await this.aws.eks.listNodegroups({
        clusterName: this.clusterName,
        ...(nextToken === undefined ? {} : { nextToken }),
      })
      names.push(...(page.nodegroups ?? []))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    const known = new Map(this.nodeGroups.map((one) => [one.name, one]))
    const found: ObservedNodeGroup[] = []
    for (const name of names) {
      const present = known.get(name)
      const isDoubted = present?.groupNames.some((one) => this.doubted.has(one)) ?? false
      const isSettled = present?.status === 'ACTIVE' && present.groupNames.length > 0 && !isDoubted
      found.push(isSettled ? present : await observeNodeGroup(this.aws, this.clusterName, name))
    }
    this.nodeGroups = found
    this.doubted.clear()
    const isBusy = found.some((one) => one.status !== 'ACTIVE' || one.groupNames.length === 0)
    this.schedule('nodeGroups', isBusy)
  }

  private async readGroups(isMoving: boolean): Promise<void> {
    const newNames = new Set(this.nodeGroups.flatMap((one) => one.groupNames))
    this.groups = await observeGroups(this.aws, {
      clusterName: this.clusterName,
      newNames,
      isRefreshRead: !this.isRefreshChecked,
      known: this.groups,
    })
    this.isRefreshChecked = true
    this.schedule('groups', isMoving && this.groups.some(isUnsettled), movingMs)
  }
}

/** Launching, terminating, or short of its desired capacity. */
function isUnsettled(group: ObservedGroup): boolean {
  if (group.isDeleting || group.instances.length !== group.desiredCapacity) return true
  return group.instances.some((one) => one.lifecycleState !== 'InService')
}
