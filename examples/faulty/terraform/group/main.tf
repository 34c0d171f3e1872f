variable "cluster_name" { type = string }
variable "endpoint" { type = string }
variable "subnet_ids" { type = list(string) }

# Its user data holds what is known after the apply only.
resource "aws_launch_template" "this" {
  name_prefix = "web-"
  user_data   = base64encode("MIME-Version: 1.0\n# ${var.endpoint}")
  metadata_options {
    http_tokens = "required"
  }
  tag_specifications {
    resource_type = "instance"
    tags          = { team = "web" }
  }
}

resource "aws_eks_node_group" "this" {
  for_each        = { large = ["m6i.large"], wrong = ["m6g.large"] }
  cluster_name    = var.cluster_name
  node_group_name = "web-${each.key}"
  node_role_arn   = "arn:aws:iam::111122223333:role/shop-nodes"
  subnet_ids      = var.subnet_ids
  ami_type        = "AL2023_x86_64_STANDARD"
  instance_types  = each.value
  labels          = { "eks.amazonaws.com/team" = "web" }
  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }
  scaling_config {
    min_size     = 3
    desired_size = 2
    max_size     = 4
  }
  update_config {
    max_unavailable_percentage = 33
  }
}
