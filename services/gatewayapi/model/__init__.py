"""The model of the Gateway API: the objects of a cluster as one immutable graph for every view."""
