"""Gateway API objects as people read them: lists, details, status, dependents."""
