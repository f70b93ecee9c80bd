"""Nothing leaves that nobody meant: approvals, rejections, canaries and runs that halt themselves."""
