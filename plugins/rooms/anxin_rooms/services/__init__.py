"""What can be done with rooms; the only writers of the plugin's tables."""
