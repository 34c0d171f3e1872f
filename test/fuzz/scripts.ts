// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates are the subject.
/** Shell scripts put together from hostile fragments. */

import fc from 'fast-check'

/** Where the kubelet of Amazon Linux 2 reads its configuration. */
export const config = '/etc/kubernetes/kubelet/kubelet-config.json'
const call =
  '/etc/eks/bootstrap.sh demo --apiserver-endpoint https://x.example.com --b64-cluster-ca Zm9v --service-ipv4-cidr 10.100.0.0/16'

/** Words as scripts hold them, sound and broken. */
export const word = fc.constantFrom(
  'x',
  '"$A"',
  "'a b'",
  '"${B:-c}"',
  '$(echo hi)',
  '`uname`',
  '${name}',
  '$${name}',
  '{{ jinja }}',
  '${join(",", list)}',
  "$'a\\tb'",
  '--node-labels=a=b',
  '--max-pods=29',
  '--register-with-taints=a=b:NoSchedule',
  '"unclosed',
  "'unclosed",
  '${',
  '$(',
  '((',
  '\\',
  '*',
  '#',
  '%{ if a ~}',
  '\ue000',
  '>',
  '<<EOF',
  '&&',
  '||',
  ';',
  '|',
  '&',
)

/** Arguments of bootstrap.sh. */
export const argument = fc.constantFrom(
  '--apiserver-endpoint https://x.example.com',
  '--b64-cluster-ca Zm9v',
  '--service-ipv4-cidr 10.100.0.0/16',
  '--service-ipv6-cidr fd00:1234::/108',
  '--ip-family ipv6',
  '--dns-cluster-ip 172.20.0.10,169.254.20.10',
  '--use-max-pods false',
  '--use-max-pods=false',
  '--local-disks raid0',
  '--local-disks raid10',
  '--container-runtime dockerd',
  '--docker-config-json \'{"log-opts":{"max-size":"10m"}}\'',
  '--containerd-config-file /tmp/c.toml',
  '--kubelet-extra-args \'--node-labels=a=b,c="d" --register-with-taints=a=b:NoSchedule,c=d:NoExecute\'',
  '--kubelet-extra-args "--max-pods=$N --v=2"',
  "--kubelet-extra-args '--node-labels=${labels} ${more}'",
  "--kubelet-extra-args '--kube-reserved=cpu=70m,memory=1Gi --eviction-hard=memory.available<5%,nodefs.available<10%'",
  "--kubelet-extra-args '--feature-gates=A=true --cluster-dns=1.2.3.4 --allow-privileged --__proto__=x'",
  "--kubelet-extra-args '--image-gc-high-threshold=40 --register-with-taints=bad'",
  "--kubelet-extra-args '--max-pods=0 --node-labels=node-role.kubernetes.io/x=y'",
  '${extra_args}',
  'demo',
  '${cluster_name}',
  '"$NAME"',
  '-x',
  '',
)

const edit = fc.constantFrom(
  `sed -i '/"apiVersion*/a \\ \\ "imageGCHighThresholdPercent": 70,' ${config}`,
  `sed -i 's/"maxPods": .*/"maxPods": 58,/' ${config}`,
  `sed -i 's/{/{"a":/' ${config}`,
  `sed -i '$d' ${config}`,
  `grep -q imageGC ${config} || sed -i '/"kind"/i "imageGCLowThresholdPercent": 50,' ${config}`,
  `jq '.a.b = 1 | .maxPods = 20' ${config} > /tmp/k && mv /tmp/k ${config}`,
  `jq --arg x "$A" '.evictionSoft["memory.available"] = $x' ${config} > /tmp/k; cp /tmp/k ${config}`,
  `echo "$(jq '. * {"featureGates": {"X": true}}' ${config})" > ${config}`,
  `cat ${config} | jq '.shutdownGracePeriod="30s"' | tee ${config}`,
  `jq -s '.[0] * .[1]' ${config} /tmp/k.json | sponge ${config}`,
  `jq '.__proto__.polluted = 1 | .constructor = {}' ${config} > ${config}`,
  `jq 'del(.maxPods) | .serializeImagePulls = false' ${config} > /tmp/k && mv /tmp/k ${config}`,
  `echo '{"maxPods": 0, "registryPullQPS": "x"}' > ${config}`,
  `python3 edit.py ${config}`,
  'sed -i \'s/^    KUBELET_EXTRA_ARGS=$2/KUBELET_EXTRA_ARGS="$2 --max-pods=9"/\' /etc/eks/bootstrap.sh',
  "sed -i '/^set -o errexit/a\\\\nsource /etc/profile.d/b.sh' /etc/eks/bootstrap.sh",
)

const line = fc.constantFrom(
  'set -ex',
  'A=1',
  'N=$(nproc)',
  'NAME="$A-$B"',
  'export KUBELET_EXTRA_ARGS="--max-pods=${N:-20}"',
  'ARGS=(a "b c" $(x))',
  'A+="$A$A"',
  'yum install -y jq',
  'systemctl restart kubelet',
  'systemctl restart docker',
  'sysctl -w vm.max_map_count=262144',
  'reboot',
  'exit 0',
  'until curl -s localhost:10248/healthz; do sleep 1; done',
  'curl http://169.254.169.254/latest/meta-data/instance-id',
  'exec > >(tee /var/log/x) 2>&1',
  'docker pull x',
  'mkdir -p /etc/systemd/system/kubelet.service.d',
  'source /tmp/env',
  '%{ if a ~}',
  '%{ endif ~}',
  '# a comment',
  '',
  '\t',
  'fi',
  'done',
  '}',
  ')',
  'esac',
)

const heredoc = fc
  .tuple(
    fc.constantFrom('<<EOF', "<<'EOF'", '<<-EOF', '<<"EOF"'),
    fc.constantFrom(
      '/etc/docker/daemon.json',
      '/tmp/env',
      '/tmp/k.json',
      '/tmp/c.toml',
      '/etc/profile.d/b.sh',
      '/etc/systemd/system/kubelet.service.d/20.conf',
      '/etc/containerd/config.toml',
      '/etc/containerd/certs.d/docker.io/hosts.toml',
      '/etc/sysctl.d/x.conf',
      '"$FILE"',
      config,
    ),
    fc.constantFrom(
      '{"maxPods": 20}',
      'A=$B',
      'export KUBELET_EXTRA_ARGS="--v=4"',
      "[Service]\nEnvironment='KUBELET_EXTRA_ARGS=--node-labels=a=b'",
      'version = 2\n[plugins]',
      '[host."https://m.example.com"]',
      'vm.swappiness = 1',
      '{"log-opts": {"max-size": "10m", "max-file": "3"}, "default-ulimits": {"nofile": {"Hard": 1, "Soft": 1}}}',
      '--//\n--//--',
      '',
    ),
    fc.constantFrom('EOF', 'EOF ', 'END', '\tEOF'),
  )
  .map(([start, path, body, end]) => `cat ${start} > ${path}\n${body}\n${end}`)

const callLine = fc
  .tuple(fc.array(argument, { maxLength: 6 }), fc.constantFrom(' ', ' \\\n  ', '\t'))
  .map(([all, gap]) => ['/etc/eks/bootstrap.sh', ...all].join(gap))

const { statement } = fc.letrec<{ statement: string; block: string }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    line,
    edit,
    heredoc,
    callLine,
    fc.constant(call),
    fc.array(word, { minLength: 1, maxLength: 5 }).map((all) => all.join(' ')),
    tie('block'),
  ),
  block: fc
    .tuple(
      fc.constantFrom(
        ['if ! grep -q imageGC /etc/kubernetes/kubelet/kubelet-config.json; then', 'fi'],
        ['if [ "$A" = 1 ]; then', 'fi'],
        ['if [[ -n "${x}" ]]; then', 'else\n:\nfi'],
        ['for i in 1 2; do', 'done'],
        ['{', '}'],
        ['(', ')'],
        ['f() {', '}'],
        ['case $A in a)', ';;\nesac'],
        ['A=$(', ')'],
        ['while true; do', 'done'],
      ),
      fc.array(tie('statement'), { minLength: 1, maxLength: 3 }),
    )
    .map(([[start, end], inner]) => `${start}\n${inner.join('\n')}\n${end}`),
}))

/** Shell scripts, with and without a first line. */
export const script = fc
  .tuple(
    fc.constantFrom('#!/bin/bash\n', '#!/bin/bash -xe\n', ''),
    fc.array(statement, { minLength: 1, maxLength: 8 }),
  )
  .map(([head, all]) => `${head}${all.join('\n')}\n`)
