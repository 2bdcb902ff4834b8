"""What can be done; the only writers of the plugin's tables."""
