"""The steps of the wizard of inference stacks. It makes an InferenceStack, of which the operator
makes the pool, its picker, the model server, the scaler and the route.
``assets/js/pages/stack_wizard.js`` knows the rest.

Field meanings: the definition of InferenceStack in ``deploy/crds``.
"""

from dash import html

from components import stack_replay, wizard
from components.wizard import Field, Group, Items, Made, Room, Step

MADE = Made(
    kind="inferencestacks",
    noun="stack",
    listed="inferencestacks",
    result="inferencestacks",
)
SERVED = {"spec.modelServer.enabled": [True]}
FOUND = {"spec.modelServer.enabled": [False, None]}
SCALED = {"spec.autoscaling?": [True]}
BY_KEDA = {"spec.autoscaling?": [True], "spec.autoscaling.backend": ["keda", None]}
ROUTED = {"spec.httpRoute?": [True]}
TRACED = {"spec.epp.tracing.enabled": [True]}
LEVELS = (
    ("0", "0: nothing of requests"),
    ("1", "1: nothing of requests"),
    ("2", "2: two lines a request"),
    ("3", "3: also the chosen pod, which decisions are read from"),
    ("4", "4: all scores, 60 lines and 34 KB a request"),
    ("5", "5: also headers, more than 4"),
)

MODEL = Step(
    "model",
    "Engine and model",
    [
        Group(
            "Where",
            [
                Room("cluster"),
                Field("metadata.namespace", "Namespace", "mono", known="namespaces", required=True),
                Field(
                    "metadata.name",
                    "Name",
                    "mono",
                    required=True,
                    hint="Every object that is made of it begins with it.",
                ),
                Room("installed"),
            ],
        ),
        Group(
            "Model",
            [
                Field(
                    "spec.modelName",
                    "Model",
                    "mono",
                    placeholder="meta-llama/Llama-3.3-70B-Instruct",
                    required=True,
                    wide=True,
                    hint="As requests name it, and as the engine loads it.",
                ),
                Field("spec.servingBackend", "Engine", "engine", required=True),
                Field("spec.modelVersion", "Revision", "mono", placeholder="the newest"),
                Field(
                    "spec.pool.gpuType",
                    "GPU type",
                    "mono",
                    known="gpus",
                    placeholder="H100",
                    required=True,
                ),
                Field("spec.pool.gpuCount", "GPUs of a pod", "number", required=True),
                Room("gpus"),
            ],
        ),
        Group(
            "Model server",
            [
                Field("spec.modelServer.enabled", "Who makes the pods", "server"),
                Field(
                    "spec.modelServer.image",
                    "Image",
                    "image",
                    when=SERVED,
                    wide=True,
                ),
                Field(
                    "spec.modelServer.args",
                    "Further arguments, one a line",
                    "lines",
                    when=SERVED,
                    placeholder="--max-model-len=16384",
                ),
                Field(
                    "spec.modelServer.env",
                    "Hugging Face token",
                    "token",
                    placeholder="Secret/key, such as hf/token",
                    when=SERVED,
                    hint="A Secret of the namespace; HF_TOKEN is read from it.",
                ),
                Field(
                    "spec.modelServer.cacheClaim",
                    "Claim that keeps the weights",
                    "mono",
                    placeholder="none: every pod loads them anew",
                    when=SERVED,
                ),
                Field(
                    "spec.modelServer.sharedMemory",
                    "Shared memory",
                    "mono",
                    placeholder="8Gi, which several GPUs need",
                    when=SERVED,
                ),
                Field(
                    "spec.modelServer.nodeSelector",
                    "Labels of nodes",
                    "pairs",
                    placeholder="those of the GPU type",
                    when=SERVED,
                ),
                Field(
                    "spec.modelServer.runtimeClassName",
                    "Runtime class",
                    "mono",
                    placeholder="the default one",
                    when=SERVED,
                ),
                Field(
                    "spec.modelServer.imagePullSecrets",
                    "Secrets for pulling the image",
                    "words",
                    placeholder="none",
                    when=SERVED,
                ),
                Field(
                    "spec.pool.selector",
                    "Labels of the pods",
                    "pairs",
                    placeholder="app=llama, one a line",
                    when=FOUND,
                    wide=True,
                ),
                Room("found"),
            ],
        ),
    ],
    paths=["metadata", "spec.modelServer", "spec.modelName", "spec.servingBackend"],
)
POOL = Step(
    "pool",
    "Pool",
    [
        Group(
            "Size",
            [
                Field(
                    "spec.pool.replicas",
                    "Replicas",
                    "number",
                    required=True,
                    hint="How many pods there are while no scaler changes it.",
                ),
                Field(
                    "spec.pool.targetPort",
                    "Port",
                    "port",
                    hint="At which the pods take requests.",
                ),
                Room("size"),
            ],
        ),
        Group(
            "Pods",
            [
                Field(
                    "spec.pool.selector",
                    "Labels of the pods",
                    "pairs",
                    placeholder="app=NAME, one a line",
                    when=SERVED,
                    wide=True,
                    hint="The pods that are made have them, and the pool finds its pods by them.",
                ),
                Room("pods"),
            ],
            "that the pool sends requests to",
        ),
        Group(
            "GPU metrics",
            [
                Field("spec.dcgm", "Keep a DCGM exporter", "asked"),
                Field(
                    "spec.dcgm.profiling",
                    "With profiling metrics",
                    "switch",
                    when={"spec.dcgm.enabled": [True]},
                    hint="Tensor core and memory activity; needs privileges on the nodes.",
                ),
                Room("dcgm"),
            ],
        ),
    ],
    paths=["spec.pool", "spec.dcgm"],
)
PICKER = Step(
    "picker",
    "Picker",
    [
        Group(
            "Strategy",
            [
                Field("spec.epp.strategy", "What counts most", "strategy"),
                *[
                    Field(
                        f"spec.epp.weights.{key}",
                        label,
                        "weight",
                        when={"spec.epp.strategy": ["composite"], "spec.epp.config": [None]},
                    )
                    for key, label in (
                        ("queueDepth", "Weight of short queues"),
                        ("kvCache", "Weight of free KV cache"),
                        ("prefixAffinity", "Weight of a cached prefix"),
                    )
                ],
                Room("scorers"),
            ],
            "how a pod is chosen for a request",
        ),
        Group(
            "Failures and log",
            [
                Field(
                    "spec.epp.failureMode",
                    "While no picker answers",
                    "select",
                    options=[
                        ("FailClose", "FailClose: requests are refused"),
                        ("FailOpen", "FailOpen: any pod is taken"),
                    ],
                    empty="FailClose: requests are refused (default)",
                ),
                Field("spec.epp.replicas", "Pods of the picker", "number", placeholder="1"),
                Field(
                    "spec.epp.logLevel",
                    "Log level",
                    "level",
                    options=LEVELS,
                    empty="3: also the chosen pod (default)",
                    wide=True,
                    hint="Below 3 the page of decisions has only what spans tell.",
                ),
            ],
        ),
        Group(
            "Traces",
            [
                Field("spec.epp.tracing", "Send spans of every decision", "asked"),
                Field(
                    "spec.epp.tracing.endpoint",
                    "OTLP address",
                    "mono",
                    placeholder="http://ngf-console-agent-otel.ngf-console:4317",
                    when=TRACED,
                    required=True,
                    hint="OTLP over gRPC, such as the collector of the agent.",
                ),
                Field(
                    "spec.epp.tracing.ratio",
                    "Share of requests",
                    "number",
                    placeholder="0.1",
                    when=TRACED,
                ),
            ],
        ),
        Group(
            "For those who know their picker",
            [
                Field("spec.epp.image", "Image", "mono", placeholder="the usual one", wide=True),
                Field(
                    "spec.epp.flags",
                    "Further flags, one a line",
                    "lines",
                    placeholder="--refresh-metrics-interval=200ms",
                ),
                Field(
                    "spec.epp.config",
                    "Configuration of its own",
                    "block",
                    placeholder="An EndpointPickerConfig; it replaces strategy and weights.",
                ),
            ],
        ),
    ],
    paths=["spec.epp"],
)
SCALING = Step(
    "scaling",
    "Autoscaling",
    [
        Group(
            "What scales it",
            [
                Field("spec.autoscaling", "Scaler", "scaler"),
                Field("spec.pool.minReplicas", "Least replicas", "number", when=SCALED),
                Field("spec.pool.maxReplicas", "Most replicas", "number", when=SCALED),
                Field(
                    "spec.autoscaling.cooldownSeconds",
                    "Quiet before pods go, seconds",
                    "number",
                    placeholder="300",
                    when=SCALED,
                ),
                Field(
                    "spec.autoscaling.pollingSeconds",
                    "Looks every, seconds",
                    "number",
                    placeholder="30",
                    when=BY_KEDA,
                ),
                Field(
                    "spec.autoscaling.serverAddress",
                    "Prometheus",
                    "mono",
                    known="prometheuses",
                    placeholder="http://prometheus.monitoring.svc:9090",
                    when=BY_KEDA,
                    wide=True,
                    hint="The one that collects the metrics of the engine; KEDA asks it.",
                ),
            ],
        ),
        Group(
            "By what",
            [
                Items(
                    "spec.autoscaling.thresholds",
                    "metric",
                    [
                        Field("metric", "Metric", "select", known="metrics", required=True),
                        Field("target", "Target of a pod", "number", required=True),
                    ],
                    new={"metric": "queue_depth", "target": 5},
                    none="Nothing yet, so nothing would be scaled. Add a metric.",
                    when=SCALED,
                    idle="Choose what scales it first.",
                ),
            ],
            "metrics that the engine really has",
        ),
        Group(
            "What if",
            [Room("replay")],
            "the same rules, run over traffic that was recorded",
        ),
    ],
    paths=["spec.autoscaling", "spec.pool.minReplicas", "spec.pool.maxReplicas"],
    more=stack_replay.layout(),
)
ROUTE = Step(
    "route",
    "Gateway",
    [
        Group(
            "Attachment",
            [
                Field("spec.httpRoute", "Gateway", "gateway", wide=True),
                Room("gateway"),
                Field("spec.httpRoute.sectionName", "Listener", "listener", when=ROUTED),
                Field(
                    "spec.httpRoute.hostnames",
                    "Hostnames",
                    "words",
                    placeholder="every host of the listener",
                    when=ROUTED,
                ),
                Field(
                    "spec.httpRoute.pathPrefix",
                    "Path begins with",
                    "mono",
                    placeholder="/",
                    when=ROUTED,
                ),
                Field(
                    "spec.httpRoute.modelHeader",
                    "Header that names the model",
                    "mono",
                    placeholder="none: every request",
                    when=ROUTED,
                    hint="Only requests with the model in this header are taken.",
                ),
                Field(
                    "spec.httpRoute.readTimeout",
                    "Longest wait for the model",
                    "mono",
                    placeholder="10m",
                    when=ROUTED,
                    hint="Until an answer begins, or goes on. NGINX alone waits 60s.",
                ),
                Field(
                    "spec.httpRoute.maxBodySize",
                    "Largest request",
                    "mono",
                    placeholder="32m",
                    when=ROUTED,
                    hint="0 for any size. NGINX alone takes 1m.",
                ),
            ],
            "the route that leads to the pool",
        ),
        Group(
            "Further headers",
            [
                Items(
                    "spec.httpRoute.headers",
                    "header",
                    [
                        Field("name", "Name", "mono", required=True),
                        Field("value", "Value", "mono", required=True),
                    ],
                    new={"name": "", "value": ""},
                    none="None: headers decide nothing.",
                    when=ROUTED,
                    idle="Choose a gateway first.",
                )
            ],
            "that a request needs to be taken",
        ),
    ],
    paths=["spec.httpRoute"],
)
STEPS = (MODEL, POOL, PICKER, SCALING, ROUTE)


def layout(
    cluster: str, namespace: str, name: str, *, create: bool, progress: bool = False
) -> html.Div:
    """The wizard for a new stack, or on a live one; with ``progress`` how one that was applied
    comes up."""
    return wizard.layout(MADE, STEPS, cluster, namespace, name, create=create, progress=progress)
