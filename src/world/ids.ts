/** Branded names, so that two strings cannot be swapped by mistake. World layer: types only. */

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]?: Name }

/** Name of an EKS cluster, 1 to 100 characters, unique per account and Region. */
export type ClusterName = Branded<'ClusterName'>
/** Name of an EKS managed node group, at most 63 characters, unique per cluster. */
export type NodeGroupName = Branded<'NodeGroupName'>
/** Name of an EC2 Auto Scaling group, unique per account and Region. */
export type AutoScalingGroupName = Branded<'AutoScalingGroupName'>
/** EC2 instance id, `i-` and 17 hexadecimal digits. */
export type InstanceId = Branded<'InstanceId'>
/** Name of a Kubernetes Node object. */
export type NodeName = Branded<'NodeName'>
/** Kubernetes object uid; never reused, also when a name is. */
export type Uid = Branded<'Uid'>
