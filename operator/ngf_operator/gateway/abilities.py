"""What the installed NGF can do for gateways of a class, each with the evidence.

None stands for what nothing tells: it is said as unknown and never guessed. NGF tells its edition
and its switches only by the arguments of its control plane; images of data planes tell the edition.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ngf_operator.denial import denial
from ngf_operator.wanting import Obj, World

CONTROLLER_DOMAIN = "gateway.nginx.org/"
CLASSES = "gateway.networking.k8s.io"
_CONTAINER = "nginx-gateway"
_DATA_PLANE = "nginx"
CONTROL_PLANES = "app.kubernetes.io/name in (nginx-gateway, nginx-gateway-fabric)"
DATA_PLANES = "gateway.networking.k8s.io/gateway-name"
"""Selectors of their Deployments. The operator does not see those of data planes: there is one for
each Gateway, and every bundle would have to be looked at again for each."""
_PLUS_IMAGES = ("/nginx-plus", "/nginx-plus-f5waf")
_TRUE = ("", "1", "t", "true")


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether something can be had; ``evidence`` is a sentence on how that is known."""

    supported: bool | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Abilities:
    """Of one class. ``ngf`` is whether NGF takes its gateways, None without such a class."""

    ngf: bool | None
    class_evidence: str
    plus: Ability
    snippets: Ability
    experimental: Ability
    inference: Ability
    features: frozenset[str]


@dataclass(frozen=True, slots=True)
class _ControlPlane:
    place: str
    arguments: tuple[str, ...]

    def value(self, flag: str) -> str | None:
        """The value of a flag, "" of one that has none; None where it is not given."""
        for index, argument in enumerate(self.arguments):
            name, equals, value = argument.partition("=")
            if name == flag:
                following = self.arguments[index + 1 : index + 2]
                return value if equals else "".join(f for f in following if f[:1] != "-")
        return None

    def switch(self, *flags: str) -> Ability:
        """Whether one of the names of a switch is given, and not as false."""
        for argument in self.arguments:
            name, _, value = argument.partition("=")
            if name in flags:
                return Ability(value.lower() in _TRUE, f"{self.place} runs with {argument}.")
        return Ability(False, f"{self.place} runs without {flags[0]}.")


def abilities(world: World, class_name: str) -> Abilities:
    """What gateways of a class can have."""
    found = world.get(CLASSES, "GatewayClass", "", class_name)
    controller = str(((found or {}).get("spec") or {}).get("controllerName", ""))
    features = frozenset(_features(found or {}))
    ngf, said = None, f"There is no GatewayClass {class_name}."
    if denied := denial(world, CLASSES, "GatewayClass"):
        said = f"GatewayClass {class_name} cannot be read: {denied.who}."
    elif found:
        ngf = controller.startswith(CONTROLLER_DOMAIN)
        said = f"GatewayClass {class_name} belongs to {controller}."
    plane = _control_plane(world, class_name, controller)
    if plane is None:
        denied = denial(world, "apps", "Deployment")
        why = f": {denied.who}." if denied else "."
        nobody = Ability(None, f"The Deployment of NGF's control plane is not to be seen{why}")
        return Abilities(ngf, said, _by_images(world, nobody), nobody, nobody, nobody, features)
    return Abilities(
        ngf,
        said,
        plane.switch("--nginx-plus"),
        plane.switch("--snippets", "--snippets-filters"),
        plane.switch("--gateway-api-experimental-features"),
        plane.switch("--gateway-api-inference-extension"),
        features,
    )


def _features(gateway_class: Obj) -> Iterator[str]:
    for one in (gateway_class.get("status") or {}).get("supportedFeatures") or ():
        yield str(one.get("name")) if isinstance(one, dict) else str(one)


def _control_plane(world: World, class_name: str, controller: str) -> _ControlPlane | None:
    """The control plane of the class: the one that says so, else the only one there is."""
    planes = sorted(_control_planes(world), key=lambda one: one.place)
    for plane in planes:
        if plane.value("--gatewayclass") == class_name:
            return plane
    named = [one for one in planes if one.value("--gateway-ctlr-name") == controller != ""]
    if len(named) == 1:
        return named[0]
    return planes[0] if len(planes) == 1 else None


def _control_planes(world: World) -> Iterator[_ControlPlane]:
    found = world.all("apps", "Deployment", labels=CONTROL_PLANES)
    for deployment, container in _containers(found):
        if container.get("name") == _CONTAINER:
            metadata = deployment["metadata"]
            place = f"Deployment {metadata.get('namespace', '')}/{metadata['name']}"
            said = (*(container.get("command") or ()), *(container.get("args") or ()))
            yield _ControlPlane(place, tuple(str(one) for one in said))


def _by_images(world: World, unknown: Ability) -> Ability:
    """The edition as the images of the data planes tell it, where they agree."""
    told: dict[bool, str] = {}
    for _, container in _containers(world.all("apps", "Deployment", labels=DATA_PLANES)):
        if container.get("name") != _DATA_PLANE:
            continue
        repository = _repository(str(container.get("image", "")))
        if repository.endswith(_PLUS_IMAGES):
            told[True] = repository
        elif repository.endswith("/nginx"):
            told[False] = repository
    if len(told) != 1:
        return unknown
    ((plus, image),) = told.items()
    return Ability(plus, f"The data planes run the image {image}.")


def _repository(image: str) -> str:
    """An image without its digest and tag, whose colon is not that of a port."""
    name = image.partition("@")[0]
    head, slash, tail = name.rpartition("/")
    return f"{head}{slash}{tail.partition(':')[0]}"


def _containers(deployments: Iterable[Obj]) -> Iterator[tuple[Obj, Obj]]:
    for one in deployments:
        pod = (((one.get("spec") or {}).get("template") or {}).get("spec")) or {}
        for container in pod.get("containers") or ():
            yield one, container
