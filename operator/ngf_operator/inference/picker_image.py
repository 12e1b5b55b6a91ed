"""What an image of the endpoint picker understands: its configuration, its flags, its plugins."""

import re
from dataclasses import dataclass

DEFAULT = "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.10.0"
DEFAULT_OLD = "registry.k8s.io/gateway-api-inference-extension/epp:v1.4.0"
"""The last one that serves pools of v1alpha2."""
CONFIG = "llm-d.ai/v1alpha1"
CONFIG_OLD = "inference.networking.x-k8s.io/v1alpha1"

_VERSION = re.compile(r":v?(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class PickerImage:
    """``extension`` is the picker of the Gateway API Inference Extension, which ended with 1.5; all
    others are the one of llm-d, which was made of that until 0.9 and took its place then."""

    image: str
    extension: bool
    version: tuple[int, int] | None

    @property
    def config_versions(self) -> tuple[str, ...]:
        """The apiVersions of its EndpointPickerConfig, the best first."""
        return (CONFIG, CONFIG_OLD) if self.has_own_dialect else (CONFIG_OLD,)

    @property
    def has_own_dialect(self) -> bool:
        """Whether it has what llm-d added to the configuration of the Inference Extension: scorers
        that take their data from producers, detectors, plugins that are experimental."""
        return not self.extension and (self.version is None or self.version >= (0, 9))

    @property
    def reads_metrics_by_plugins(self) -> bool:
        """Whether plugins of its configuration say where metrics come from."""
        return self.is_from(1, 5)

    def is_from(self, major: int, minor: int) -> bool:
        """Whether it has what came with a version of the Inference Extension. A tag that is no
        version is taken for the newest. llm-d 0.8 was made of 1.5, and 0.7 of 1.4."""
        if self.version is None or self.has_own_dialect:
            return True
        made_of = (1, 5) if self.version >= (0, 8) else (1, 4)
        return (self.version if self.extension else made_of) >= (major, minor)

    @property
    def may_pass_bodies(self) -> bool:
        """Whether its configuration can say that bodies of requests are not read."""
        return not self.extension and (self.version is None or self.version >= (0, 10))


def read(image: str) -> PickerImage:
    """The picker that an image is, by its name and its tag."""
    found = _VERSION.search(image.rpartition("/")[2])
    version = (int(found[1]), int(found[2])) if found else None
    return PickerImage(image, "gateway-api-inference-extension" in image, version)


EXPERIMENTAL = frozenset(
    {
        "burst-prefix-cache-producer",
        "dcgm-data-source",
        "dcgm-extractor",
        "endpoint-attribute-filter",
        "endpoint-attribute-scorer",
        "p2p-source-producer",
        "session-affinity-filter",
        "session-affinity-scorer",
        "topology-affinity-filter",
        "topology-affinity-scorer",
        "topology-extractor",
        "utilization-filter",
    }
)
"""Plugins that the picker loads only with --allow-experimental-plugins: those that
``cmd/epp/runner/runner.go`` registers as alpha. The picker of the Inference Extension knows no such
flag."""
