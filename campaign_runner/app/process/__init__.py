"""What does this machine provide?  Processes, memory, folders, addresses: speed and places stay at this edge."""
