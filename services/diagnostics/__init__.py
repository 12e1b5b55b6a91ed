"""Where a request goes, what really happened to it, and why a route does not work."""
