#!/bin/bash -xe
# As many wrote it for Amazon Linux 2: regroup check examples/faulty/al2-user-data.sh
config=/etc/kubernetes/kubelet/kubelet-config.json
grep -q imageGCHighThresholdPercent $config || sed -i '/"apiVersion*/a \ \ "imageGCHighThresholdPercent": 70,' $config
grep -q imageGCLowThresholdPercent $config || sed -i '/"imageGCHigh*/a \ \ "imageGCLowThresholdPercent": 50,' $config

/etc/eks/bootstrap.sh --b64-cluster-ca Y2VydGlmaWNhdGU= \
  --apiserver-endpoint https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com \
  --kubelet-extra-args '--node-labels=lifecycle=spot,node-role.kubernetes.io/web=true --register-with-taints=arch=arm64:NoSchedule --register-with-taints=web=true:NoExecute' \
  shop
