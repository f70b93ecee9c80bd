"""What the samples are made of; `make samples` writes them."""
