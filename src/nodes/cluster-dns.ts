/** The DNS address of a cluster, from its service range. Nodes layer, pure. */

/** `10.100.0.10` for `10.100.0.0/16`, `fd00:1234::a` for `fd00:1234::/108`: what EKS gives kube-dns. */
export function clusterDnsIp(serviceCidr: string): string {
  const network = serviceCidr.replace(/\/\d+$/, '')
  if (isIpv6(serviceCidr)) return `${network.replace(/::$/, '')}::a`
  return network.replace(/\.\d+$/, '.10')
}

/** True for IPv6 service ranges: such clusters run on IPv6 alone. */
export function isIpv6(serviceCidr: string): boolean {
  return serviceCidr.includes(':')
}
