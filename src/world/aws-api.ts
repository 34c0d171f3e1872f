/**
 * The AWS port: the operations Regroup and the twin know, with the SDK's own input and output types.
 * The SDK's aggregated clients (`new EKS({})`, ...) satisfy it as they are. World layer, types only.
 */

import type * as AutoScaling from '@aws-sdk/client-auto-scaling'
import type * as Ec2 from '@aws-sdk/client-ec2'
import type * as Eks from '@aws-sdk/client-eks'
import type * as Iam from '@aws-sdk/client-iam'
import type * as Ssm from '@aws-sdk/client-ssm'
import type * as Sts from '@aws-sdk/client-sts'

type Call<Input, Output> = (input: Input) => Promise<Output>

/** Amazon EKS: clusters, add-ons, node groups, updates, access entries, versions. */
export interface EksApi {
  createAddon: Call<Eks.CreateAddonRequest, Eks.CreateAddonResponse>
  createCluster: Call<Eks.CreateClusterRequest, Eks.CreateClusterResponse>
  createNodegroup: Call<Eks.CreateNodegroupRequest, Eks.CreateNodegroupResponse>
  deleteAddon: Call<Eks.DeleteAddonRequest, Eks.DeleteAddonResponse>
  deleteCluster: Call<Eks.DeleteClusterRequest, Eks.DeleteClusterResponse>
  deleteNodegroup: Call<Eks.DeleteNodegroupRequest, Eks.DeleteNodegroupResponse>
  describeAccessEntry: Call<Eks.DescribeAccessEntryRequest, Eks.DescribeAccessEntryResponse>
  createAccessEntry: Call<Eks.CreateAccessEntryRequest, Eks.CreateAccessEntryResponse>
  deleteAccessEntry: Call<Eks.DeleteAccessEntryRequest, Eks.DeleteAccessEntryResponse>
  listAccessEntries: Call<Eks.ListAccessEntriesRequest, Eks.ListAccessEntriesResponse>
  describeAddon: Call<Eks.DescribeAddonRequest, Eks.DescribeAddonResponse>
  describeAddonVersions: Call<Eks.DescribeAddonVersionsRequest, Eks.DescribeAddonVersionsResponse>
  describeCluster: Call<Eks.DescribeClusterRequest, Eks.DescribeClusterResponse>
  describeClusterVersions: Call<
    Eks.DescribeClusterVersionsRequest,
    Eks.DescribeClusterVersionsResponse
  >
  describeNodegroup: Call<Eks.DescribeNodegroupRequest, Eks.DescribeNodegroupResponse>
  describeUpdate: Call<Eks.DescribeUpdateRequest, Eks.DescribeUpdateResponse>
  listAddons: Call<Eks.ListAddonsRequest, Eks.ListAddonsResponse>
  listClusters: Call<Eks.ListClustersRequest, Eks.ListClustersResponse>
  listNodegroups: Call<Eks.ListNodegroupsRequest, Eks.ListNodegroupsResponse>
  listUpdates: Call<Eks.ListUpdatesRequest, Eks.ListUpdatesResponse>
  tagResource: Call<Eks.TagResourceRequest, Eks.TagResourceResponse>
  untagResource: Call<Eks.UntagResourceRequest, Eks.UntagResourceResponse>
  updateAddon: Call<Eks.UpdateAddonRequest, Eks.UpdateAddonResponse>
  updateClusterVersion: Call<Eks.UpdateClusterVersionRequest, Eks.UpdateClusterVersionResponse>
  updateNodegroupConfig: Call<Eks.UpdateNodegroupConfigRequest, Eks.UpdateNodegroupConfigResponse>
  updateNodegroupVersion: Call<
    Eks.UpdateNodegroupVersionRequest,
    Eks.UpdateNodegroupVersionResponse
  >
}

/** Amazon EC2 Auto Scaling. */
export interface AutoScalingApi {
  completeLifecycleAction: Call<
    AutoScaling.CompleteLifecycleActionType,
    AutoScaling.CompleteLifecycleActionAnswer
  >
  createAutoScalingGroup: Call<AutoScaling.CreateAutoScalingGroupType, unknown>
  createLaunchConfiguration: Call<AutoScaling.CreateLaunchConfigurationType, unknown>
  createOrUpdateTags: Call<AutoScaling.CreateOrUpdateTagsType, unknown>
  deleteAutoScalingGroup: Call<AutoScaling.DeleteAutoScalingGroupType, unknown>
  deleteLaunchConfiguration: Call<AutoScaling.LaunchConfigurationNameType, unknown>
  deleteTags: Call<AutoScaling.DeleteTagsType, unknown>
  deleteWarmPool: Call<AutoScaling.DeleteWarmPoolType, unknown>
  describeAutoScalingGroups: Call<
    AutoScaling.AutoScalingGroupNamesType,
    AutoScaling.AutoScalingGroupsType
  >
  describeAutoScalingInstances: Call<
    AutoScaling.DescribeAutoScalingInstancesType,
    AutoScaling.AutoScalingInstancesType
  >
  describeInstanceRefreshes: Call<
    AutoScaling.DescribeInstanceRefreshesType,
    AutoScaling.DescribeInstanceRefreshesAnswer
  >
  describeLaunchConfigurations: Call<
    AutoScaling.LaunchConfigurationNamesType,
    AutoScaling.LaunchConfigurationsType
  >
  describeLifecycleHooks: Call<
    AutoScaling.DescribeLifecycleHooksType,
    AutoScaling.DescribeLifecycleHooksAnswer
  >
  describeScalingActivities: Call<
    AutoScaling.DescribeScalingActivitiesType,
    AutoScaling.ActivitiesType
  >
  describeTags: Call<AutoScaling.DescribeTagsType, AutoScaling.TagsType>
  describeWarmPool: Call<AutoScaling.DescribeWarmPoolType, AutoScaling.DescribeWarmPoolAnswer>
  putLifecycleHook: Call<AutoScaling.PutLifecycleHookType, unknown>
  resumeProcesses: Call<AutoScaling.ScalingProcessQuery, unknown>
  setDesiredCapacity: Call<AutoScaling.SetDesiredCapacityType, unknown>
  setInstanceProtection: Call<AutoScaling.SetInstanceProtectionQuery, unknown>
  suspendProcesses: Call<AutoScaling.ScalingProcessQuery, unknown>
  terminateInstanceInAutoScalingGroup: Call<
    AutoScaling.TerminateInstanceInAutoScalingGroupType,
    AutoScaling.ActivityType
  >
  updateAutoScalingGroup: Call<AutoScaling.UpdateAutoScalingGroupType, unknown>
}

/** Amazon EC2. */
export interface Ec2Api {
  createLaunchTemplate: Call<Ec2.CreateLaunchTemplateRequest, Ec2.CreateLaunchTemplateResult>
  createLaunchTemplateVersion: Call<
    Ec2.CreateLaunchTemplateVersionRequest,
    Ec2.CreateLaunchTemplateVersionResult
  >
  createTags: Call<Ec2.CreateTagsRequest, unknown>
  deleteLaunchTemplate: Call<Ec2.DeleteLaunchTemplateRequest, Ec2.DeleteLaunchTemplateResult>
  deleteTags: Call<Ec2.DeleteTagsRequest, unknown>
  describeImages: Call<Ec2.DescribeImagesRequest, Ec2.DescribeImagesResult>
  describeInstanceTypeOfferings: Call<
    Ec2.DescribeInstanceTypeOfferingsRequest,
    Ec2.DescribeInstanceTypeOfferingsResult
  >
  describeInstanceTypes: Call<Ec2.DescribeInstanceTypesRequest, Ec2.DescribeInstanceTypesResult>
  describeInstances: Call<Ec2.DescribeInstancesRequest, Ec2.DescribeInstancesResult>
  describeLaunchTemplateVersions: Call<
    Ec2.DescribeLaunchTemplateVersionsRequest,
    Ec2.DescribeLaunchTemplateVersionsResult
  >
  describeLaunchTemplates: Call<
    Ec2.DescribeLaunchTemplatesRequest,
    Ec2.DescribeLaunchTemplatesResult
  >
  describeKeyPairs: Call<Ec2.DescribeKeyPairsRequest, Ec2.DescribeKeyPairsResult>
  describePlacementGroups: Call<
    Ec2.DescribePlacementGroupsRequest,
    Ec2.DescribePlacementGroupsResult
  >
  describeRouteTables: Call<Ec2.DescribeRouteTablesRequest, Ec2.DescribeRouteTablesResult>
  describeSecurityGroups: Call<Ec2.DescribeSecurityGroupsRequest, Ec2.DescribeSecurityGroupsResult>
  describeSubnets: Call<Ec2.DescribeSubnetsRequest, Ec2.DescribeSubnetsResult>
  modifyLaunchTemplate: Call<Ec2.ModifyLaunchTemplateRequest, Ec2.ModifyLaunchTemplateResult>
  terminateInstances: Call<Ec2.TerminateInstancesRequest, Ec2.TerminateInstancesResult>
}

/** AWS Identity and Access Management: global, the same in every Region of a partition. Only reads. */
export interface IamApi {
  getPolicy: Call<Iam.GetPolicyRequest, Iam.GetPolicyResponse>
  getPolicyVersion: Call<Iam.GetPolicyVersionRequest, Iam.GetPolicyVersionResponse>
  getRole: Call<Iam.GetRoleRequest, Iam.GetRoleResponse>
  getRolePolicy: Call<Iam.GetRolePolicyRequest, Iam.GetRolePolicyResponse>
  listAttachedRolePolicies: Call<
    Iam.ListAttachedRolePoliciesRequest,
    Iam.ListAttachedRolePoliciesResponse
  >
  listRolePolicies: Call<Iam.ListRolePoliciesRequest, Iam.ListRolePoliciesResponse>
}

/** AWS Systems Manager Parameter Store: where AMI ids are published. */
export interface SsmApi {
  getParameter: Call<Ssm.GetParameterRequest, Ssm.GetParameterResult>
  getParameters: Call<Ssm.GetParametersRequest, Ssm.GetParametersResult>
  getParametersByPath: Call<Ssm.GetParametersByPathRequest, Ssm.GetParametersByPathResult>
}

/** AWS Security Token Service. */
export interface StsApi {
  getCallerIdentity: Call<Sts.GetCallerIdentityRequest, Sts.GetCallerIdentityResponse>
}

/**
 * One account in one Region. Calls reject with a RegroupError; outputs and inputs are the SDK's.
 * Writes that take a `clientRequestToken` are idempotent for equal tokens.
 */
export interface AwsApi {
  readonly region: string
  readonly eks: EksApi
  readonly autoScaling: AutoScalingApi
  readonly ec2: Ec2Api
  readonly iam: IamApi
  readonly ssm: SsmApi
  readonly sts: StsApi
}
