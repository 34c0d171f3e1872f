# What stands around node groups: groups of Auto Scaling in both forms, an add-on, access entries, tags,
# and a node group with everything that can change in place.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

# 0 = as created, 1 = settings changed, 2 = a new template version too.
variable "step" {
  type    = number
  default = 0
}

# A new value renames the node group.
variable "suffix" {
  type    = string
  default = "a"
}

provider "aws" {
  region                  = "eu-west-1"
  skip_metadata_api_check = true
}

locals {
  name  = "groups"
  zones = ["a", "b"]
}

data "aws_caller_identity" "this" {}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id"
}

resource "aws_vpc" "this" {
  cidr_block = "10.30.0.0/16"
}

resource "aws_subnet" "this" {
  count             = 2
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 4, count.index)
  availability_zone = "eu-west-1${local.zones[count.index]}"
}

resource "aws_iam_role" "this" {
  for_each = { cluster = "eks.amazonaws.com", nodes = "ec2.amazonaws.com", admin = "ec2.amazonaws.com" }
  name     = "${local.name}-${each.key}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = each.value } }]
  })
}

resource "aws_iam_instance_profile" "this" {
  name = "${local.name}-nodes"
  role = aws_iam_role.this["nodes"].name
}

resource "aws_eks_cluster" "this" {
  name     = local.name
  role_arn = aws_iam_role.this["cluster"].arn
  version  = "1.33"
  access_config {
    authentication_mode = "API_AND_CONFIG_MAP"
  }
  vpc_config {
    subnet_ids              = aws_subnet.this[*].id
    endpoint_private_access = true
  }
  enabled_cluster_log_types = ["api", "audit"]
}

resource "aws_launch_template" "this" {
  name_prefix   = "${local.name}-"
  instance_type = "m6i.large"
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = var.step > 1 ? 60 : 40
    }
  }
  update_default_version = true
}

resource "aws_launch_template" "own" {
  name          = "${local.name}-own"
  image_id      = nonsensitive(data.aws_ssm_parameter.image.value)
  instance_type = "m6i.large"
  iam_instance_profile {
    name = aws_iam_instance_profile.this.name
  }
  monitoring {
    enabled = var.step > 1
  }
}

resource "aws_eks_node_group" "this" {
  cluster_name         = aws_eks_cluster.this.name
  node_group_name      = "${local.name}-${var.suffix}"
  node_role_arn        = aws_iam_role.this["nodes"].arn
  subnet_ids           = aws_subnet.this[*].id
  force_update_version = var.step > 1
  labels = merge(
    { tier = var.step > 0 ? "web" : "api" },
    var.step > 0 ? {} : { old = "yes" },
  )
  launch_template {
    name    = aws_launch_template.this.name
    version = aws_launch_template.this.latest_version
  }
  scaling_config {
    min_size     = 1
    max_size     = var.step > 0 ? 4 : 3
    desired_size = var.step > 0 ? 3 : 2
  }
  update_config {
    max_unavailable            = var.step > 0 ? null : 1
    max_unavailable_percentage = var.step > 0 ? 50 : null
  }
  dynamic "taint" {
    for_each = var.step > 0 ? ["dedicated"] : []
    content {
      key    = taint.value
      value  = "web"
      effect = "PREFER_NO_SCHEDULE"
    }
  }
}

resource "aws_eks_addon" "this" {
  for_each                    = toset(["vpc-cni", "coredns"])
  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.value
  resolve_conflicts_on_create = "OVERWRITE"
  tags                        = { team = "platform" }
  depends_on                  = [aws_eks_node_group.this]
}

resource "aws_eks_access_entry" "admin" {
  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_iam_role.this["admin"].arn
}

resource "aws_eks_access_policy_association" "admin" {
  cluster_name  = aws_eks_cluster.this.name
  principal_arn = aws_eks_access_entry.admin.principal_arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
  access_scope {
    type       = "namespace"
    namespaces = ["default"]
  }
}

resource "aws_autoscaling_group_tag" "this" {
  autoscaling_group_name = aws_eks_node_group.this.resources[0].autoscaling_groups[0].name
  tag {
    key                 = "k8s.io/cluster-autoscaler/node-template/label/tier"
    value               = "web"
    propagate_at_launch = false
  }
}

resource "aws_autoscaling_group" "template" {
  name                = "${local.name}-template"
  min_size            = 1
  max_size            = var.step > 1 ? 4 : 3
  vpc_zone_identifier = aws_subnet.this[*].id
  launch_template {
    id      = aws_launch_template.own.id
    version = aws_launch_template.own.latest_version
  }
  tag {
    key                 = "Name"
    value               = local.name
    propagate_at_launch = true
  }
  initial_lifecycle_hook {
    name                 = "drain"
    lifecycle_transition = "autoscaling:EC2_INSTANCE_TERMINATING"
    heartbeat_timeout    = 60
    default_result       = "CONTINUE"
  }
}

resource "aws_autoscaling_group" "mixed" {
  name                = "${local.name}-mixed"
  min_size            = 1
  max_size            = 5
  desired_capacity    = 3
  suspended_processes = ["AZRebalance"]
  vpc_zone_identifier = aws_subnet.this[*].id
  mixed_instances_policy {
    instances_distribution {
      on_demand_base_capacity                  = 1
      on_demand_percentage_above_base_capacity = 0
      spot_allocation_strategy                 = "price-capacity-optimized"
    }
    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.own.id
        version            = "$Latest"
      }
      override {
        instance_type = "m6i.large"
      }
      override {
        instance_type = "m5.large"
      }
    }
  }
}

output "account" {
  value = data.aws_caller_identity.this.account_id
}
