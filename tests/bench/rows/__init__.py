"""The rows of the core. A row lives here when it measures what all plugins share."""
