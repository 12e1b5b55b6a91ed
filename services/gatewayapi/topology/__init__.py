"""The way of traffic as a graph: from gateway classes to pods, as far as somebody may see it."""
