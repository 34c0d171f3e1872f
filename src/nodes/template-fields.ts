/** What a launch template of a managed node group may hold, field by field. Nodes layer, data. */

/** Where a field of RequestLaunchTemplateData belongs for EKS. */
export type TemplateFieldUse =
  /** Kept as it is in EKS's copy. */
  | 'allowed'
  /** EKS refuses the group. */
  | 'forbidden'
  /** Depends on other fields or on the group; see template-faults. */
  | 'conditional'
  /** EC2 no longer offers it, or nobody has reported what EKS does with it. */
  | 'unverified'

/** botocore's ec2 RequestLaunchTemplateData; rules of managed-node-groups 3.1. */
export const templateFields: Readonly<Record<string, TemplateFieldUse>> = {
  BlockDeviceMappings: 'allowed',
  CapacityReservationSpecification: 'allowed',
  CpuOptions: 'allowed',
  CreditSpecification: 'allowed',
  DisableApiStop: 'unverified',
  DisableApiTermination: 'unverified',
  EbsOptimized: 'allowed',
  ElasticGpuSpecifications: 'unverified',
  ElasticInferenceAccelerators: 'unverified',
  EnclaveOptions: 'allowed',
  HibernationOptions: 'forbidden',
  IamInstanceProfile: 'forbidden',
  ImageId: 'conditional',
  InstanceInitiatedShutdownBehavior: 'forbidden',
  InstanceMarketOptions: 'conditional',
  InstanceRequirements: 'unverified',
  InstanceType: 'conditional',
  KernelId: 'unverified',
  KeyName: 'allowed',
  LicenseSpecifications: 'allowed',
  MaintenanceOptions: 'allowed',
  MetadataOptions: 'allowed',
  Monitoring: 'allowed',
  NetworkInterfaces: 'conditional',
  NetworkPerformanceOptions: 'allowed',
  Operator: 'unverified',
  Placement: 'allowed',
  PrivateDnsNameOptions: 'allowed',
  RamDiskId: 'unverified',
  SecurityGroupIds: 'conditional',
  SecurityGroups: 'conditional',
  TagSpecifications: 'allowed',
  UserData: 'conditional',
}
