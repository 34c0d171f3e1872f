/** Names that EKS gives to its published images. Nodes layer, pure. */

const kinds: Readonly<Record<string, string>> = {
  AL2_x86_64: 'amazon-eks-node',
  AL2_x86_64_GPU: 'amazon-eks-gpu-node',
  AL2_ARM_64: 'amazon-eks-arm64-node',
  AL2023_x86_64_STANDARD: 'amazon-eks-node-al2023-x86_64-standard',
  AL2023_ARM_64_STANDARD: 'amazon-eks-node-al2023-arm64-standard',
  AL2023_x86_64_NEURON: 'amazon-eks-node-al2023-x86_64-neuron',
  AL2023_x86_64_NVIDIA: 'amazon-eks-node-al2023-x86_64-nvidia',
  AL2023_ARM_64_NVIDIA: 'amazon-eks-node-al2023-arm64-nvidia',
}

/**
 * `amazon-eks-node-al2023-x86_64-standard-1.35-v20260714` for release `1.35.6-20260714`: the patch of the
 * release is not part of it. Undefined for families whose images are named otherwise.
 */
export function releaseImageName(amiType: string, releaseVersion: string): string | undefined {
  const release = /^(1\.\d+)\.\d+-(\d{8})$/.exec(releaseVersion)
  const kind = Object.hasOwn(kinds, amiType) ? kinds[amiType] : undefined
  if (release === null || kind === undefined) return undefined
  return `${kind}-${release[1]}-v${release[2]}`
}
