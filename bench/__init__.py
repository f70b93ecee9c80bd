"""How fast is campaign-runner, and how fast is what one would otherwise write or take?  `python -m bench`."""
