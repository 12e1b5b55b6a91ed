"""How inference pools are scaled: what is so now and why, what happened, how it was over time."""

from collections.abc import Callable
from dataclasses import dataclass

from services.clusters.fleet import Fleet
from services.inference.autoscaling import Autoscalers
from services.inference.recording import Recorder
from services.inference.sampling import Sampler
from services.inference.scaling_history import ScalingHistory
from services.inference.scaling_log import ScalingLog
from services.telemetry.store import Store


@dataclass(frozen=True)
class Scaling:
    """``now`` explains from memory, ``history`` answers from the store what the recorder and the
    sampler have written."""

    now: Autoscalers
    history: ScalingHistory
    recorder: Recorder
    sampler: Sampler

    @classmethod
    def of(cls, fleet: Fleet, store: Store, leads: Callable[[], bool]) -> "Scaling":
        """For the clusters of ``fleet``; ``leads`` says whether this replica writes."""
        log = ScalingLog(store)
        recorder = Recorder(fleet, log, leads)
        return cls(
            Autoscalers(fleet),
            ScalingHistory(store, log, recorder.recent),
            recorder,
            Sampler(fleet, store, leads),
        )

    def start(self) -> None:
        """Begin to watch; returns at once."""
        self.recorder.start()
        self.sampler.start()

    def stop(self) -> None:
        """End."""
        self.recorder.stop()
        self.sampler.stop()
