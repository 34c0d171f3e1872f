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

resource "aws_eks_cluster" "shop" {
  name     = "shop"
  role_arn = "arn:aws:iam::111122223333:role/shop-cluster"
  version  = "1.33"
  vpc_config {
    subnet_ids = ["subnet-0a", "subnet-0b"]
  }
}

resource "aws_launch_template" "web" {
  name                   = "web"
  image_id               = "ami-0123456789abcdef0"
  vpc_security_group_ids = ["sg-0a"]
}

resource "aws_eks_node_group" "web" {
  cluster_name    = aws_eks_cluster.shop.name
  node_group_name = "web"
  node_role_arn   = "arn:aws:iam::111122223333:role/shop-nodes"
  subnet_ids      = ["subnet-0a"]
  version         = "1.34"
  launch_template {
    id      = aws_launch_template.web.id
    version = aws_launch_template.web.latest_version
  }
  scaling_config {
    min_size     = 4
    desired_size = 3
    max_size     = 5
  }
  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }
}

resource "aws_eks_node_group" "batch" {
  cluster_name    = aws_eks_cluster.shop.name
  node_group_name = "batch"
  node_role_arn   = "arn:aws:iam::111122223333:role/shop-nodes"
  subnet_ids      = ["subnet-0b"]
  scaling_config {
    min_size     = 0
    desired_size = 1
    max_size     = 2
  }
  lifecycle {
    create_before_destroy = true
  }
}
