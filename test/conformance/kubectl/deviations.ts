/** Commands whose output differs from the recorded one, by their number, each with its reason. */

const nodes =
  'nodes of the twin have addresses, systems and labels of EC2, the recorded ones of KWOK'
const places = 'the scheduler of the recorded world placed the pods on other nodes'
const events = 'the twin keeps no events of its own'
const revisions = 'the twin keeps no ControllerRevisions of StatefulSets and DaemonSets'
const volumes = 'the recorded world had a volume, its class and a claim by hand'
const jobs = 'jobs of the twin have no conditions and times, its autoscalers no status'
const setUp = 'the recorded world was set up with more than the recording tells'
const unserved = 'the twin does not serve the group'
const words = 'the schemas of the twin have no descriptions'
const clock = 'the clock of the twin runs ahead of that of kubectl'
const silent = 'the twin says that its pods have no containers behind them'
const goText = 'the text is a dump of Go structs'

/** Reasons by number of the command. */
export const kubectlDeviations: ReadonlyMap<number, string> = new Map([
  [3, nodes],
  [8, nodes],
  [11, places],
  [12, places],
  [15, jobs],
  [22, jobs],
  [23, volumes],
  [24, 'kubelets of the twin renew no leases'],
  [25, events],
  [26, events],
  [31, nodes],
  [32, setUp],
  [33, revisions],
  [34, events],
  [35, jobs],
  [36, volumes],
  [37, setUp],
  [98, revisions],
  [130, 'nodes of the twin have no phase, so that it is no change'],
  [134, silent],
  [135, silent],
  [136, silent],
  [137, silent],
  [138, silent],
  [139, silent],
  [140, silent],
  [144, 'the recorded administrator had a client certificate'],
  [147, unserved],
  [149, words],
  [156, goText],
  [159, unserved],
  [160, unserved],
  [161, 'there are no components behind the twin'],
  [162, 'the kubeconfig has an authority and names of its own'],
  [188, 'a roll-out of the twin takes less than the recorded timeout'],
  [189, clock],
  [196, places],
  [197, places],
  [198, places],
  [200, places],
  [202, places],
])
