terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "subnet_ids" {
  type    = list(string)
  default = ["subnet-0a", "subnet-0b"]
}

resource "aws_eks_cluster" "shop" {
  name     = "shop"
  role_arn = "arn:aws:iam::111122223333:role/shop-cluster"
  version  = "1.33"
  vpc_config {
    subnet_ids = var.subnet_ids
  }
}

# One group per subnet, counted: the classic.
resource "aws_launch_template" "spot" {
  count                  = length(var.subnet_ids)
  name                   = "shop-spot-${count.index}"
  image_id               = "ami-0123456789abcdef0"
  vpc_security_group_ids = ["sg-0a0b0c0d0e0f00001"]
  user_data = base64encode(<<-EOT
    #!/bin/bash -xe
    /etc/eks/bootstrap.sh --b64-cluster-ca Y2E= --apiserver-endpoint https://a.eks.amazonaws.com --kubelet-extra-args '--node-labels=lifecycle=spot --register-with-taints=arch=arm64:NoSchedule' shop
  EOT
  )
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = 50
      volume_type = "gp3"
      iops        = 3000
    }
  }
}

resource "aws_eks_node_group" "spot" {
  count           = length(var.subnet_ids)
  cluster_name    = aws_eks_cluster.shop.name
  node_group_name = "shop-spot-${count.index}"
  node_role_arn   = "arn:aws:iam::111122223333:role/shop-nodes"
  subnet_ids      = [var.subnet_ids[count.index]]
  capacity_type   = "SPOT"
  instance_types  = ["m6g.2xlarge"]
  launch_template {
    id      = aws_launch_template.spot[count.index].id
    version = "$Latest"
  }
  scaling_config {
    min_size     = 1
    desired_size = 1
    max_size     = 20
  }
}

module "web" {
  source       = "./group"
  cluster_name = aws_eks_cluster.shop.name
  endpoint     = aws_eks_cluster.shop.endpoint
  subnet_ids   = var.subnet_ids
}
