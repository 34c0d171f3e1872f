/** What each AMI family cannot be told, and why. Nodes layer, data. */

import type { AmiFamily } from './ami-parameters.ts'
import type { Bootstrap } from './bootstrap.ts'

type Limits = Readonly<Partial<Record<keyof Bootstrap, string>>>

const onlyNodeadm = 'only nodeadm, of Amazon Linux 2023, reads it'
const onlyBottlerocket = 'only Bottlerocket has settings'
const kubeletLast = 'all scripts run before the kubelet starts'
const nodeadmOnly: Limits = {
  baseRuntimeSpec: onlyNodeadm,
  containerdConfig: 'bootstrap.sh replaces the containerd configuration as a whole, it merges none',
  localStorageDisabledMounts: onlyNodeadm,
  localStorageMountPath: onlyNodeadm,
  maxPodsExpression: onlyNodeadm,
  nodeConfigSpec: onlyNodeadm,
}
const noShell = 'Bottlerocket has no shell; use a bootstrap container'

/** Members that a family has no place for, in either mode. */
export const familyLimits: Readonly<Record<AmiFamily, Limits>> = {
  AmazonLinux2: { ...nodeadmOnly, settings: onlyBottlerocket },
  AmazonLinux2023: { postBootstrapCommands: kubeletLast, settings: onlyBottlerocket },
  Bottlerocket: {
    ...nodeadmOnly,
    containerdConfig: 'Bottlerocket has no free containerd configuration',
    files: noShell,
    kubeletFlags: 'Bottlerocket has settings, no kubelet flags',
    parts: 'Bottlerocket reads TOML, no MIME',
    postBootstrapCommands: noShell,
    preBootstrapCommands: noShell,
  },
  Ubuntu: {
    ...nodeadmOnly,
    localStorage: 'the bootstrap.sh of Ubuntu has no --local-disks',
    settings: onlyBottlerocket,
  },
  Windows: {
    ...nodeadmOnly,
    caBundle: 'certificates of Windows nodes are not modelled',
    containerdConfig: 'containerd of Windows nodes is not modelled',
    localStorage: 'disks of Windows nodes are not modelled',
    parts: 'Windows reads one PowerShell block, no MIME',
    proxy: 'the proxy of Windows services is not modelled',
    registryMirrors: 'containerd of Windows nodes is not modelled',
    settings: onlyBottlerocket,
  },
}

/** Members that are lost where EKS makes the call itself. */
export const mergedLimits: Readonly<Record<AmiFamily, Limits>> = {
  AmazonLinux2: {
    kubeletFlags: 'EKS makes the call of bootstrap.sh itself',
    localStorage: 'EKS makes the call of bootstrap.sh itself',
    postBootstrapCommands: 'the part of EKS comes last',
  },
  AmazonLinux2023: {},
  Bottlerocket: {},
  Ubuntu: {},
  Windows: {
    kubeletFlags: 'EKS calls Start-EKSBootstrap.ps1 itself',
    postBootstrapCommands: 'the part of EKS comes last',
  },
}
