/** Policies of AWS's own that the twin knows by name. Twin layer. */

const names: readonly string[] = [
  'AdministratorAccess',
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonEC2ContainerRegistryReadOnly',
  'AmazonEC2FullAccess',
  'AmazonEC2ReadOnlyAccess',
  'AmazonEKSBlockStoragePolicy',
  'AmazonEKSClusterPolicy',
  'AmazonEKSComputePolicy',
  'AmazonEKSLoadBalancingPolicy',
  'AmazonEKSLocalOutpostClusterPolicy',
  'AmazonEKSNetworkingPolicy',
  'AmazonEKSServicePolicy',
  'AmazonEKSVPCResourceController',
  'AmazonEKSWorkerNodeMinimalPolicy',
  'AmazonEKSWorkerNodePolicy',
  'AmazonEKS_CNI_Policy',
  'AmazonS3ReadOnlyAccess',
  'AmazonSSMManagedInstanceCore',
  'AutoScalingFullAccess',
  'CloudWatchAgentServerPolicy',
  'IAMFullAccess',
  'PowerUserAccess',
  'ReadOnlyAccess',
  'aws-service-role/AWSServiceRoleForAmazonEKSNodegroup',
  'aws-service-role/AmazonEKSServiceRolePolicy',
  'aws-service-role/AutoScalingServiceRolePolicy',
  'service-role/AmazonEBSCSIDriverPolicy',
  'service-role/AmazonEFSCSIDriverPolicy',
  'service-role/AmazonEC2RoleforSSM',
]

const prefix = 'arn:aws:iam::aws:policy/'

/** ARNs of all of them. */
export const managedPolicyArns: readonly string[] = names.map((name) => prefix + name)

/** The policy's name without its path; undefined for ARNs the twin does not know. */
export function managedPolicyName(arn: string): string | undefined {
  return managedPolicyArns.includes(arn) ? arn.split('/').at(-1) : undefined
}
