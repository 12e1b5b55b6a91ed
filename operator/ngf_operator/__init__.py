"""The operator of NGF Console: makes what bundles, stacks and publications ask for, and keeps it.

``operator/main.py`` starts it. The console uses the same builders to show what would be made.
"""
