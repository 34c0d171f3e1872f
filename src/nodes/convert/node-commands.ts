/** Commands by what they need of a node: services, packages, the kubelet, Docker. Nodes layer. */

import { blocking, dropped, kept, type Outcome, type Ran } from './outcome.ts'
import type { Handler } from './run-command.ts'
import { placed, type State, tellOnce } from './state.ts'

const kubeletUnits = /^kubelet(?:\.service)?$/
const dockerUnits = /^docker(?:\.service|\.socket)?$/

/** `systemctl` and `service`. */
export const service: Handler = (ran: Ran, state: State): Outcome | undefined => {
  if (ran.name !== 'systemctl' && ran.name !== 'service') return undefined
  const words = ran.args.filter((arg) => !arg.startsWith('-'))
  const isService = ran.name === 'service'
  const [verb = '', ...units] = isService ? [words[1] ?? '', words[0] ?? ''] : words
  if (verb === 'daemon-reload') return dropped('systemd reads units before the kubelet starts')
  if (units.length > 0 && units.every((unit) => dockerUnits.test(unit))) {
    return dropped('there is no Docker any more')
  }
  if (
    units.some((unit) => /^containerd/.test(unit)) &&
    /^(?:re)?start|^reload|^enable/.test(verb)
  ) {
    return dropped('containerd starts after all scripts, with its final configuration')
  }
  if (!units.some((unit) => kubeletUnits.test(unit))) return undefined
  if (/restart|reload/.test(verb)) state.isKubeletRestarted = true
  if (/^(?:re)?start|^reload|^enable|^stop|^try-restart/.test(verb)) {
    return dropped('the kubelet starts once, with its final configuration')
  }
  return needsKubelet()
}

function needsKubelet(): Outcome {
  return blocking(
    'convert/after-kubelet',
    'it needs a running kubelet, but every script runs before the kubelet starts: the node would wait for ever',
    'Move it to a DaemonSet, or to a systemd unit with After=kubelet.service.',
  )
}

/** Package managers: yum is dnf on Amazon Linux 2023, the extras are gone. */
export const packages: Handler = (ran: Ran, state: State): Outcome | undefined => {
  if (ran.name === 'amazon-linux-extras') {
    return state.target === 'Bottlerocket'
      ? undefined
      : blocking(
          'convert/al2-only',
          'Amazon Linux 2023 has no amazon-linux-extras',
          'Find the package in the repositories of Amazon Linux 2023, and install it with dnf.',
        )
  }
  if (ran.name !== 'yum' && ran.name !== 'rpm') return undefined
  if (state.target === 'Bottlerocket') {
    if (!/\bupdate\b|\bupgrade\b|\bclean\b/.test(ran.args.join(' '))) return undefined
    return dropped('the image is updated as a whole')
  }
  tellOnce(state, {
    code: 'convert/packages',
    severity: 'warning',
    message:
      'packages: yum is dnf on Amazon Linux 2023, EPEL and some packages of Amazon Linux 2 are not there',
    remedy: 'Try the installation on an instance of Amazon Linux 2023.',
    line: placed(state, ran.node).firstLine,
  })
  return undefined
}

/** Restarts of the machine. */
export const reboot: Handler = (ran: Ran): Outcome | undefined => {
  const isReboot = ['reboot', 'shutdown', 'poweroff', 'halt'].includes(ran.name)
  if (!isReboot && !(ran.name === 'init' && ran.args[0] === '6')) return undefined
  return blocking(
    'convert/reboot',
    'it restarts the machine while the scripts run: the node is not bootstrapped before the second start',
    'Bring what needs the restart into the image, or into kernel settings.',
  )
}

const al2Only =
  /\/etc\/(?:eks\/(?:bootstrap\.sh|containerd)|kubernetes\/kubelet\/|systemd\/system\/kubelet)|\/kubelet\/kubeconfig/
const ofKubelet =
  /\bkubectl\b|(?:\blocalhost|127\.0\.0\.1):10(?:248|250|255)\b|\b(?:journalctl|pgrep)\b.*kubelet/
const ofContainers = /(?:^|[\s;&|(/])(?:docker|crictl|ctr|nerdctl)(?:$|[\s;&|])/

/** Texts that only make sense on Amazon Linux 2, or once the kubelet runs; undefined when there are none. */
export function hazardOf(source: string): Outcome | undefined {
  if (/max-pods-calculator|eni-max-pods/.test(source)) {
    return blocking(
      'convert/al2-only',
      'the calculator of max pods is a file of Amazon Linux 2',
      'Write maxPods as a number, or spec.kubelet.maxPodsExpression for nodeadm.',
    )
  }
  if (al2Only.test(source)) {
    return blocking(
      'convert/al2-only',
      'it uses a file that only Amazon Linux 2 has',
      'Say what it is for as kubelet fields, flags or a script for the new family.',
    )
  }
  if (ofKubelet.test(source)) return needsKubelet()
  if (!ofContainers.test(source)) return undefined
  return blocking(
    'convert/containers',
    'it needs Docker, which is gone, or containerd, which starts after all scripts',
    'Use a DaemonSet, or put the image into the AMI.',
  )
}

/** Programs that do the same before the kubelet's start as after it. */
const independent = new Set([
  'aws',
  'chmod',
  'chown',
  'cp',
  'curl',
  'date',
  'dnf',
  'echo',
  'export',
  'groupadd',
  'hostnamectl',
  'ln',
  'logger',
  'mkdir',
  'modprobe',
  'mv',
  'printf',
  'rm',
  'rpm',
  'swapoff',
  'sysctl',
  'tee',
  'timedatectl',
  'touch',
  'useradd',
  'usermod',
  'yum',
])

/** What stands behind the call ran beside the kubelet; now it runs before it. */
export function afterCallOutcome(name: string, source: string): Outcome {
  const isUnit = name === 'systemctl' && !/kube|containerd|docker/.test(source)
  const isFile = name === 'cat' && />/.test(source)
  if (
    (independent.has(name) || isUnit || isFile) &&
    !/kube|containerd|docker|\bcni\b/.test(source)
  ) {
    return kept('does not depend on the kubelet; it runs before it now')
  }
  return blocking(
    'convert/after-kubelet',
    'it stands behind the call, where the kubelet ran already; now every script runs before the kubelet starts',
    'Move it to a DaemonSet or a systemd unit with After=kubelet.service; or, if it may run before, above the call.',
  )
}

/** Agents that Bottlerocket brings, and what only talks. */
export function withoutShell(name: string, source: string): Outcome {
  if (['echo', 'printf', 'logger', 'date', 'true', ':', 'set', 'trap', 'sleep'].includes(name)) {
    return dropped('it only talks, and there is no shell')
  }
  if (/amazon-ssm-agent/.test(source)) return dropped('the control container has the SSM agent')
  if (['mkdir', 'chmod', 'chown', 'touch', 'rm', 'cd'].includes(name)) {
    return dropped('there are no files of the host to prepare')
  }
  return blocking(
    'convert/no-shell',
    'Bottlerocket has no shell',
    'Use a setting, a bootstrap container, a host container or a DaemonSet for it.',
  )
}
