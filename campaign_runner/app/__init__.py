"""What can be done?  One file per verb; the only caller of the stages."""
