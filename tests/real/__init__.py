"""Tests against a running Kubernetes API: the compiled one and the demo's, side by side."""
