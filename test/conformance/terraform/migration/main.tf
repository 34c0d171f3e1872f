# The shape of the migration: one spot arm64 node group per subnet, all from one launch template with
# an image and user data of its own, sizes left to the autoscaler.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "kubernetes_version" {
  type    = string
  default = "1.32"
}

variable "team" {
  type    = string
  default = "platform"
}

# What is wrong with the user data; empty for nothing.
variable "fault" {
  type    = string
  default = ""
}

provider "aws" {
  region                      = "eu-west-1"
  skip_metadata_api_check     = true
}

locals {
  name  = "demo"
  zones = ["a", "b", "c"]
}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/eks/optimized-ami/${var.kubernetes_version}/amazon-linux-2023/arm64/standard/recommended/image_id"
}

resource "aws_vpc" "this" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
  tags                 = { Name = local.name }
}

resource "aws_subnet" "this" {
  count             = 3
  vpc_id            = aws_vpc.this.id
  cidr_block        = cidrsubnet(aws_vpc.this.cidr_block, 4, count.index)
  availability_zone = "eu-west-1${local.zones[count.index]}"
  tags              = { Name = "${local.name}-${count.index}", "kubernetes.io/cluster/${local.name}" = "shared" }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route_table" "this" {
  vpc_id = aws_vpc.this.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table_association" "this" {
  count          = 3
  subnet_id      = aws_subnet.this[count.index].id
  route_table_id = aws_route_table.this.id
}

resource "aws_security_group" "nodes" {
  name        = "${local.name}-nodes"
  description = "Nodes of ${local.name}"
  vpc_id      = aws_vpc.this.id
  ingress {
    description = "from the control plane"
    protocol    = "tcp"
    from_port   = 1025
    to_port     = 65535
    cidr_blocks = [aws_vpc.this.cidr_block]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_iam_role" "cluster" {
  name = "${local.name}-cluster"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.cluster.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role" "nodes" {
  name = "${local.name}-nodes"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "nodes" {
  for_each   = toset(["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"])
  role       = aws_iam_role.nodes.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_eks_cluster" "this" {
  name     = local.name
  role_arn = aws_iam_role.cluster.arn
  version  = var.kubernetes_version
  vpc_config {
    subnet_ids = aws_subnet.this[*].id
  }
  depends_on = [aws_iam_role_policy_attachment.cluster]
}

resource "aws_launch_template" "this" {
  name          = "${local.name}-nodes"
  image_id      = nonsensitive(data.aws_ssm_parameter.image.value)
  ebs_optimized = true
  user_data = base64encode(templatefile("${path.module}/user-data.tftpl", {
    name     = var.fault == "wrong-cluster" ? "another" : aws_eks_cluster.this.name
    endpoint = aws_eks_cluster.this.endpoint
    ca       = aws_eks_cluster.this.certificate_authority[0].data
    cidr     = aws_eks_cluster.this.kubernetes_network_config[0].service_ipv4_cidr
  }))
  vpc_security_group_ids = [
    aws_security_group.nodes.id,
    aws_eks_cluster.this.vpc_config[0].cluster_security_group_id,
  ]
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = 50
      volume_type = "gp3"
      iops        = 3000
    }
  }
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "${local.name}-node", team = var.team }
  }
  tags = { team = var.team }
}

resource "aws_eks_node_group" "this" {
  count           = 3
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "${local.name}-${count.index}-spot-arm64"
  node_role_arn   = aws_iam_role.nodes.arn
  subnet_ids      = [aws_subnet.this[count.index].id]
  capacity_type   = "SPOT"
  instance_types  = ["m6g.large", "m7g.large"]
  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }
  scaling_config {
    min_size     = 1
    max_size     = 5
    desired_size = 1
  }
  tags = { team = var.team }
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }
  depends_on = [aws_iam_role_policy_attachment.nodes]
}
