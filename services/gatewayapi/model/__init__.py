"""The model of the Gateway API: a cluster's objects as one immutable graph that every view reads."""
