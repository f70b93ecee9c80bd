"""Where is one person's data kept?  What is exported to them, and what is erased."""
