"""The recipes of the operator, one for each kind of parent that it keeps."""

from ngf_operator.gateway import bundle
from ngf_operator.inference import stack
from ngf_operator.publish import publish
from ngf_operator.wanting import Recipe

RECIPES: tuple[Recipe, ...] = (bundle.RECIPE, stack.RECIPE, publish.RECIPE)
