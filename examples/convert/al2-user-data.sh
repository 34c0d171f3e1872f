#!/bin/bash -xe
# Everything that happens here is in the console log.
exec > >(tee /var/log/user-data.log) 2>&1

KUBELET_CONFIG=/etc/kubernetes/kubelet/kubelet-config.json
CLUSTER_NAME=web-shop
LABELS="lifecycle=spot,team=${TEAM:-checkout}"

# Images go earlier than the kubelet would remove them.
grep -q imageGCHighThresholdPercent $KUBELET_CONFIG || \
  sed -i '/"apiVersion*/a \ \ "imageGCHighThresholdPercent": 70,' $KUBELET_CONFIG
if ! grep -q imageGCLowThresholdPercent $KUBELET_CONFIG; then
  sed -i '/"imageGCHigh*/a \ \ "imageGCLowThresholdPercent": 50,' $KUBELET_CONFIG
fi
jq '.shutdownGracePeriod = "45s" | .evictionHard = {"memory.available": "200Mi"}' $KUBELET_CONFIG > /tmp/kubelet.json
mv /tmp/kubelet.json $KUBELET_CONFIG

# Shared file systems of the shop.
yum install -y amazon-efs-utils
cat <<EOF > /etc/sysctl.d/90-shop.conf
net.core.somaxconn = 4096
EOF
sysctl --system

INSTANCE_ID=$(curl -s http://169.254.169.254/latest/meta-data/instance-id)
/etc/eks/bootstrap.sh $CLUSTER_NAME \
  --apiserver-endpoint https://EXAMPLE.gr7.eu-west-1.eks.amazonaws.com \
  --b64-cluster-ca Zm9vYmFy \
  --service-ipv4-cidr 172.20.0.0/16 \
  --container-runtime containerd \
  --use-max-pods false \
  --kubelet-extra-args "--node-labels=$LABELS,instance=$INSTANCE_ID --register-with-taints=arch=arm64:NoSchedule --max-pods=58"

systemctl restart kubelet
