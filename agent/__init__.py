"""Runs in a workload cluster: heartbeat reporter and GPU probe."""
