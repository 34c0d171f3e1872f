/** AMI-8: an own image that is old, or made for another minor. Check layer, pure. */

import { minorOf, versionOf } from '../../nodes/kubernetes-version.ts'
import { imageIdOf } from '../live/live-questions.ts'
import type { GroupRule } from '../rule.ts'

/** Half a year without a rebuild: two dozen releases of EKS. */
const daysMax = 180
const msPerDay = 86_400_000

/** The minor is read from names as EKS gives them; other names say nothing about the kubelet. */
export const ami8: GroupRule = {
  id: 'AMI-8',
  scope: 'group',
  find: (group, { cluster, today }) => {
    const ami = imageIdOf(group)
    const image = cluster.live?.images?.get(ami ?? '')
    if (ami === undefined || image === undefined) return []
    const days = Math.floor((Date.parse(today) - Date.parse(image.createdOn)) / msPerDay)
    const member = 'template.ImageId'
    if (days > daysMax) {
      return [{ member, about: ami, message: `Custom AMI ${ami} is ${days} days old.` }]
    }
    const named = /-(1\.\d+)-v\d{8}$/.exec(image.name)?.[1]
    const { version } = cluster
    if (named === undefined || version === undefined) return []
    if (minorOf(named) === minorOf(version)) return []
    const message = `Custom AMI ${ami} (${image.name}) carries kubelet ${versionOf(minorOf(named))} on a ${version} cluster.`
    return [{ member, about: ami, message }]
  },
}
