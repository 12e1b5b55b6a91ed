"""A fleet in a box: an in-process Kubernetes API, seed objects and an NGF stand-in."""
