"""Input, one service call, components: one module per page or shared control."""

from dash import Dash

from callbacks import (
    applying,
    audit,
    autoscaling,
    certificate_forms,
    cluster,
    cluster_care,
    cluster_register,
    dashboard,
    decisions,
    deleting,
    details,
    diagnostics,
    editor,
    fleet,
    gpus,
    impact,
    lists,
    logs,
    naming,
    overview,
    panels,
    permission,
    planning,
    policies,
    pool,
    pools,
    route_check,
    schema_form,
    search,
    settings,
    shell,
    simulator,
    stack_replay,
    topology,
    trace,
    wizards,
)
from callbacks.registrar import Callbacks, WhoAmI
from services.container import Container

MODULES = (
    shell,
    panels,
    search,
    overview,
    fleet,
    cluster,
    cluster_care,
    cluster_register,
    gpus,
    pools,
    pool,
    dashboard,
    decisions,
    diagnostics,
    simulator,
    trace,
    route_check,
    logs,
    autoscaling,
    topology,
    audit,
    settings,
    lists,
    policies,
    details,
    permission,
    certificate_forms,
    deleting,
    editor,
    schema_form,
    naming,
    planning,
    impact,
    applying,
    wizards,
    stack_replay,
)


def register(app: Dash, container: Container, whoami: WhoAmI) -> Callbacks:
    """Register the callbacks of every module; the result knows each one's role."""
    callbacks = Callbacks(app, container, whoami)
    for module in MODULES:
        module.register(callbacks)
    app.server.extensions["ngf-callbacks"] = callbacks
    return callbacks
