"""What every embedded service offers to the stack."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from infra.dev.state import State
from infra.dev.supervisor import Child, Supervisor


class Service(ABC):
    """One embedded service: its files, its processes, and the environment that the product reaches it by."""

    name: str

    def __init__(self, state: State) -> None:
        self.state = state
        self.running: list[str] = []

    @abstractmethod
    def prepare(self) -> Sequence[Child]:
        """Makes what is missing in the state folder and says which processes to run.

        Raises StackError with the one line that a person can act on.
        """

    def start(self, supervisor: Supervisor) -> None:
        """Brings the service up, all its processes at once, and returns when it can be used."""
        children = self.prepare()
        self.running = [child.name for child in children]
        with ThreadPoolExecutor(max_workers=max(1, len(children))) as pool:
            for future in [pool.submit(supervisor.start, child) for child in children]:
                future.result()
        self.finish()

    def finish(self) -> None:
        """What is left to do once the processes answer; nothing for most services."""
        return

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """The variables by which the product finds this service; valid after `prepare()`."""
