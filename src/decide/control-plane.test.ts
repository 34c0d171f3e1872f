import { describe, expect, it } from 'vitest'
import { aNode, nowMs } from '../../test/cluster-view.ts'
import { aNodeGroup, anObservation, aTarget } from '../../test/migration-view.ts'
import { decideMigration } from './migrate.ts'
import type { Observed, ObservedAddon } from './observed.ts'
import type { MigrationTarget } from './target.ts'

function addon(name: string, version: string, parts: Partial<ObservedAddon> = {}): ObservedAddon {
  const minors = ['1.32', '1.33', '1.34', '1.35']
  return {
    name,
    version,
    status: 'ACTIVE',
    defaultFor: {},
    compatibleWith: minors,
    bridgeTo: {},
    ...parts,
  }
}

/** kube-proxy of a minor: compatible with that one and later ones, default of each its own. */
const kubeProxy = (minor: string, status = 'ACTIVE') =>
  addon('kube-proxy', `v${minor}.0-eksbuild.1`, {
    status,
    defaultFor: Object.fromEntries(
      ['1.32', '1.33', '1.34', '1.35'].map((one) => [one, `v${one}.0-eksbuild.1`]),
    ),
  })

const autoscaler = (minor: string): NonNullable<Observed['autoscaler']> => ({
  namespace: 'kube-system',
  name: 'cluster-autoscaler',
  image: `registry.k8s.io/autoscaling/cluster-autoscaler:v${minor}.1`,
  minor,
  containerName: 'ca',
})

/** What is done and waited for, as `kind object`. */
function decided(
  parts: Parameters<typeof anObservation>[0],
  target: Partial<MigrationTarget> = {},
) {
  const observed = anObservation({
    nodeGroups: [aNodeGroup('new-a')],
    record: { exists: false },
    ...parts,
  })
  const context = { nowMs, emptySince: new Map<string, number>() }
  const decision = decideMigration(
    aTarget({ kubernetesVersion: '1.35', ...target }),
    observed,
    context,
  )
  return {
    ...decision,
    steps: decision.actions.map((action) => `${action.kind} ${action.object}`),
    reasons: decision.waits.map((wait) => wait.reason),
    codes: decision.blockers.map((blocker) => blocker.code),
  }
}

const at = (version: string, status = 'ACTIVE'): Observed['control'] => ({
  ...anObservation({}).control,
  version,
  status,
})

describe('the control plane', () => {
  it('goes one minor at a time', () => {
    const { actions, steps } = decided({ control: at('1.32'), addons: [kubeProxy('1.32')] })
    expect(steps).toEqual(['update-control-plane c1'])
    expect(actions[0]).toMatchObject({ fromVersion: '1.32', toVersion: '1.33' })
  })

  it('is waited for while it updates, and nothing else is done', () => {
    const { reasons, steps } = decided({
      control: at('1.33', 'UPDATING'),
      addons: [kubeProxy('1.32')],
    })
    expect(steps).toEqual([])
    expect(reasons).toEqual(['control-plane-updating'])
  })

  it('comes before node groups', () => {
    const { steps } = decided({ control: at('1.32'), nodeGroups: [] })
    expect(steps).toEqual(['update-control-plane c1'])
  })

  it('is left alone when it is where it shall be', () => {
    expect(decided({ control: at('1.35'), addons: [kubeProxy('1.35')] }).steps).not.toContain(
      'update-control-plane c1',
    )
  })
})

describe('kube-proxy and the autoscaler', () => {
  it('follow every step before the next: kube-proxy first', () => {
    const parts = { control: at('1.33'), autoscaler: autoscaler('1.32') }
    expect(decided({ ...parts, addons: [kubeProxy('1.32')] }).steps).toEqual([
      'update-addon kube-proxy',
    ])
    expect(decided({ ...parts, addons: [kubeProxy('1.33')] }).steps).toEqual([
      'set-autoscaler-image kube-system/cluster-autoscaler',
    ])
    const done = { ...parts, addons: [kubeProxy('1.33')], autoscaler: autoscaler('1.33') }
    expect(decided(done).steps).toEqual(['update-control-plane c1'])
  })

  it('kube-proxy is never newer than the API server', () => {
    const { actions } = decided({ control: at('1.33'), addons: [kubeProxy('1.32')] })
    expect(actions[0]).toMatchObject({ addonVersion: 'v1.33.0-eksbuild.1' })
  })

  it('are waited for while they update', () => {
    const { reasons, steps } = decided({
      control: at('1.33'),
      addons: [kubeProxy('1.32', 'UPDATING')],
    })
    expect(steps).toEqual([])
    expect(reasons).toEqual(['addon-updating'])
  })

  it('the autoscaler keeps its repository and gets the tag of the minor', () => {
    const { actions } = decided({
      control: at('1.35'),
      addons: [kubeProxy('1.35')],
      autoscaler: autoscaler('1.32'),
    })
    expect(actions).toEqual([
      expect.objectContaining({
        kind: 'set-autoscaler-image',
        container: 'ca',
        image: 'registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.2',
      }),
    ])
  })

  it.each([
    { name: 'its image is not ours to set', target: { autoscalerTags: undefined }, minor: '1.32' },
    { name: 'there is no tag for the minor', target: { autoscalerTags: {} }, minor: '1.32' },
    { name: 'its tag is no version', target: {}, minor: undefined },
  ])('the autoscaler is left alone when $name', ({ minor, target }) => {
    const present = { ...autoscaler('1.32'), minor }
    const { steps } = decided({ control: at('1.35'), autoscaler: present }, target)
    expect(steps.filter((step) => step.startsWith('set-autoscaler'))).toEqual([])
  })
})

describe('other add-ons', () => {
  const cni = (parts: Partial<ObservedAddon>) => addon('vpc-cni', 'v1.19.0-eksbuild.1', parts)

  it('move before the control plane when they are not listed for the next minor', () => {
    const one = cni({ compatibleWith: ['1.32'], bridgeTo: { '1.33': 'v1.19.5-eksbuild.1' } })
    const { actions } = decided({ control: at('1.32'), addons: [one] })
    expect(actions).toEqual([
      expect.objectContaining({
        kind: 'update-addon',
        addonName: 'vpc-cni',
        addonVersion: 'v1.19.5-eksbuild.1',
      }),
    ])
  })

  it('stop everything when no version serves both minors', () => {
    const { codes, kind, steps } = decided({
      control: at('1.32'),
      addons: [cni({ compatibleWith: ['1.32'] })],
    })
    expect({ codes, kind, steps }).toEqual({
      codes: ['addon/incompatible'],
      kind: 'blocked',
      steps: [],
    })
  })

  it('stay on the way, and come to the default at the end', () => {
    const defaultFor = { '1.32': 'v1.19.2-eksbuild.1', '1.35': 'v1.20.0-eksbuild.1' }
    expect(decided({ control: at('1.32'), addons: [cni({ defaultFor })] }).steps).toEqual([
      'update-control-plane c1',
    ])
    expect(decided({ control: at('1.35'), addons: [cni({ defaultFor })] }).steps).toEqual([
      'update-addon vpc-cni',
    ])
  })

  it('are never taken back from a newer version that is listed', () => {
    const defaultFor = { '1.35': 'v1.18.0-eksbuild.1' }
    expect(decided({ control: at('1.35'), addons: [cni({ defaultFor })] }).steps).toEqual([])
  })

  it('are taken back from a version that the minor does not list', () => {
    const one = cni({ defaultFor: { '1.35': 'v1.18.0-eksbuild.1' }, compatibleWith: ['1.36'] })
    expect(decided({ control: at('1.35'), addons: [one] }).steps).toEqual(['update-addon vpc-cni'])
  })

  it('are left alone when the fleet file does not name them', () => {
    const one = addon('snapshot-controller', 'v1', { defaultFor: { '1.35': 'v2' } })
    expect(decided({ control: at('1.35'), addons: [one] }).steps).toEqual([])
  })
})

describe('preflight', () => {
  it('refuses a downgrade', () => {
    expect(decided({ control: at('1.35') }, { kubernetesVersion: '1.34' })).toMatchObject({
      codes: ['version/downgrade'],
      kind: 'blocked',
      steps: [],
    })
  })

  it('refuses a version that EKS does not offer', () => {
    expect(decided({}, { kubernetesVersion: '1.39' }).codes).toEqual(['version/not-offered'])
  })

  it.each([
    { kubelet: 'v1.32.9-eks-1', codes: [] },
    { kubelet: 'v1.31.9-eks-1', codes: ['version/skew'] },
  ])('with kubelets $kubelet and 1.35: $codes', ({ codes, kubelet }) => {
    const nodes = [aNode('o1', { kubelet })]
    expect(decided({ objects: { nodes } }).codes).toEqual(codes)
  })

  it('refuses where someone else is at work, and says where', () => {
    const nodeGroups = [aNodeGroup('new-a', 'UPDATING')]
    expect(decided({ nodeGroups }).codes).toEqual(['node-group/update-in-flight'])
    const other = [aNodeGroup('new-a'), aNodeGroup('not-ours', 'UPDATING')]
    expect(decided({ nodeGroups: other }).codes).toEqual([])
  })

  it('refuses a group that EKS could not delete', () => {
    const nodeGroups = [aNodeGroup('new-a', 'DELETE_FAILED'), aNodeGroup('other', 'DELETE_FAILED')]
    expect(decided({ nodeGroups }).codes).toEqual(['node-group/delete-failed'])
  })

  it('refuses a group that EKS could not create, with its health issues', () => {
    const failed = {
      ...aNodeGroup('new-a', 'CREATE_FAILED'),
      issues: [{ resourceIds: ['i-1'], code: 'NodeCreationFailure', message: 'did not join' }],
    }
    const { blockers } = decided({ nodeGroups: [failed] })
    expect(blockers).toEqual([
      expect.objectContaining({
        code: 'node-group/create-failed',
        reason: 'could not be created; EKS says NodeCreationFailure: did not join [i-1]',
      }),
    ])
  })
})
