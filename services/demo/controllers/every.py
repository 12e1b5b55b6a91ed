"""The controllers of a demo cluster."""

from services.demo.controllers.autoscaler import AUTOSCALER
from services.demo.controllers.cert_manager import CERT_MANAGER
from services.demo.controllers.daemon_sets import DAEMON_SETS
from services.demo.controllers.data_planes import DATA_PLANES
from services.demo.controllers.deployments import DEPLOYMENTS
from services.demo.controllers.endpoints import ENDPOINTS
from services.demo.controllers.keda import KEDA
from services.demo.controllers.kubelet import KUBELET
from services.demo.controllers.load_balancers import LOAD_BALANCERS
from services.demo.controllers.replica_sets import REPLICA_SETS
from services.demo.controllers.scheduler import SCHEDULER

EVERY = (
    DATA_PLANES,
    CERT_MANAGER,
    KEDA,
    AUTOSCALER,
    DEPLOYMENTS,
    REPLICA_SETS,
    DAEMON_SETS,
    SCHEDULER,
    KUBELET,
    ENDPOINTS,
    LOAD_BALANCERS,
)
