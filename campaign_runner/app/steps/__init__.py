"""What are the steps of the main job?  From a file to a draft, a plan, its clearance, placing, following, and its end."""
