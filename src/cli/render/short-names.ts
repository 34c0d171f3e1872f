/** Long names of AWS as people say them; event streams keep the whole names. Cli layer, pure. */

const nodeDomain = /\b(ip-\d+-\d+-\d+-\d+)\.(?:[\w-]+\.compute|ec2)\.internal\b/g
const groupSuffix = /\beks-([\w-]+?)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g

/** Nodes without their domain; the Auto Scaling group of a node group under the node group's name. */
export function shortNames(text: string): string {
  return text.replace(nodeDomain, '$1').replace(groupSuffix, '$1')
}
