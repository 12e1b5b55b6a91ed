"""Every issue of a model: what is wrong, where, by which section, and what to do about it."""

from services.gatewayapi.issue import Issue
from services.gatewayapi.issues.found import Issues, issues, issues_of

__all__ = ["Issue", "Issues", "issues", "issues_of"]
