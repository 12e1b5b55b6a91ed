"""A fleet in a box: Kubernetes APIs in this process, what is on them and what makes of it more."""
