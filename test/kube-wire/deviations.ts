/** Recorded answers that the twin gives differently, each with its reason. A test fails when one of them agrees. */

const quota =
  'the twin has no quota, limit range or admission policy: they are kept but not enforced'
const diff = 'the recorded text goes on with a diff of the internal Go form, which is left out'

/** Reasons by case. */
export const deviations: ReadonlyMap<string, string> = new Map([
  ['LOG-unreachable', 'the twin also says that its pods have no containers behind them'],
  ['ERR-429-apf', 'flow control is switched for a whole cluster, not per priority level'],
  ['AUTH-whoami', 'the administrator of the twin has a token, the recorded one a certificate'],
  ['ADM-quota', quota],
  ['ADM-quota-missing', quota],
  ['ADM-limitrange', quota],
  ['ADM-limitrange-max', quota],
  ['ADM-webhook-fail', 'webhooks are configured in the world; stored configurations call nobody'],
  ['ADM-webhook-eviction', 'as ADM-webhook-fail'],
  ['ADM-policy', quota],
  ['IMM-pod-spec', diff],
  ['IMM-pod-resources', diff],
  ['IMM-pod-nodename', diff],
  ['IMM-job-template', 'the recorded text shows the internal Go form of the template'],
  ['IMM-pvc', diff],
  [
    'JP-escape',
    'the server repeats its faults twice in the causes; here once more for annotations',
  ],
  ['MP-kind', 'a changed kind is refused as such, not by what its decoder stumbles over'],
  ['MF-node-status', 'the recording has lost its managedFields'],
  ['BIND-ok', 'a binding changes the spec and so raises the generation in the twin'],
  ['WATCH-sie-false', 'no bookmark is sent shortly before a time-out'],
  ['WATCH-yaml', 'long YAML texts are folded at other places'],
  ['WATCH-compacted', 'the twin has one window of changes for lists and watches'],
  ['ACC-table-page', 'the age of an object of the recorded world'],
  ['CRD-delete', 'an ending definition gets a generation and a grace period like other objects'],
  ['CR-type', 'a scale of the wrong type is reported once'],
])
