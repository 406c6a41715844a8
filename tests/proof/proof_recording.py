"""A recorded run of the program under load, and what must be true of it at every moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from proof_faults import Faults
from proof_load import Load
from proof_log import Disk, Entry, What, read_log
from proof_sink import Sink
from proof_text import Letter

_QUEUED = re.compile(rb"Queued as ([0-9A-Z]+)")


@dataclass
class Recording:
    """What was done, and where the log stood then. `disk` is as it was at the beginning."""

    faults: Faults
    disk: Disk
    load: Load
    sink: Sink
    policies: dict[str, int] = field(default_factory=dict)  # where the log stood once they were added
    stages: dict[str, tuple[int, int]] = field(default_factory=dict)  # parts of the run that deserve a closer look

    def entries(self) -> list[Entry]:
        return list(read_log(self.faults.log))


@dataclass
class Promise:
    """What an image must hold: what was said to clients before its moment."""

    moment: int
    acknowledged: dict[str, Letter]  # by queue id
    policies: set[str]

    def may_be_gone(self, sink: Sink, letter: Letter, domain: str) -> bool:
        """The next hop had taken it by then."""
        return sink.first_at.get((letter.number, domain), self.moment + 1) <= self.moment


def promise_at(recording: Recording, entries: list[Entry], moment: int) -> Promise:
    letters = {message: letter for message, letter in recording.load.acknowledged.values()}
    said = {message for entry in entries if entry.end <= moment for message in _ids(entry)}
    return Promise(
        moment,
        {message: letters[message] for message in said if message in letters},
        {domain for domain, at in recording.policies.items() if at <= moment},
    )


def _ids(entry: Entry) -> Iterator[str]:
    if entry.what is What.SAID:
        yield from (found.decode() for found in _QUEUED.findall(entry.data))
