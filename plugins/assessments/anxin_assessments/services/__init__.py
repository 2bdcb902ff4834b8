"""What the plugin does. Only these functions write; pages, API, hooks and jobs call them with a context."""
