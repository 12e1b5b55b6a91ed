"""The status that a conformant controller would write, for every object, in the API's own shape.

Computed from the model alone. Where a Gateway is of a class of NGF, conditions and reasons are
NGF's. Times are left out: they depend on what was there before.
"""

from services.gatewayapi.statuses.computed import Statuses, status_of, statuses
from services.gatewayapi.statuses.differing import Differing, differs

__all__ = ["Differing", "Statuses", "differs", "status_of", "statuses"]
