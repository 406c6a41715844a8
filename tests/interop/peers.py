"""Real mail servers that we did not write: Postfix, Exim and OpenSMTPD, as Debian ships them.

Each instance lives in a small Debian of its own (tools/install.sh `unpack_peers` makes the original,
an instance is a tree of hard links to it) and is entered by chroot. So it finds its users, paths and
queue folders where they were compiled in, any number can run beside each other, and nothing of it
touches the machine. It needs root, but no namespaces and no mounts, so a container is enough.

An instance is both sides of a gateway's inner hop:

- a receiver for its own domains (`domains` of Peer), with a port that offers no TLS, one with a certificate of a trusted
  CA and one with a self-signed certificate; what arrives is kept in one maildir, its `box`;
- an internal server that hands mail on to the gateway: for `RELAYS` domains over plaintext, over
  opportunistic TLS, or over TLS with the gateway's name verified.

Nothing here sleeps: readiness is a connection that is accepted, arrival an event of inotify.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from lab.inotify import WRITTEN, Arrivals

REPOSITORY = Path(__file__).resolve().parents[2]
PEERS = REPOSITORY / "build" / "peers"

# How an internal server reaches the gateway, by the domain of the recipient.
RELAYS = {
    "trusted.example": "proved",
    "self-signed.example": "opportunistic",
    "no-starttls.example": "plaintext",
}
SIZE_LIMIT = 22 * 1024 * 1024  # of every peer; they say so with SIZE

_USERS = {  # name -> (uid, group): of a range that no package uses
    "root": (0, "root"),
    "nobody": (65534, "nogroup"),
    "mail": (8, "mail"),
    "keeper": (64100, "keeper"),
    "postfix": (64101, "postfix"),
    "Debian-exim": (64102, "Debian-exim"),
    "opensmtpd": (64103, "opensmtpd"),
    "opensmtpq": (64104, "opensmtpq"),
}
_GROUPS = {
    "root": 0,
    "nogroup": 65534,
    "mail": 8,
    "keeper": 64100,
    "postfix": 64101,
    "postdrop": 64105,
    "Debian-exim": 64102,
    "opensmtpd": 64103,
    "opensmtpq": 64104,
}


class PeerError(Exception):
    """A peer did not start, or did not do what was asked; the text holds its log."""


@dataclass(frozen=True)
class Identity:
    """A certificate chain and its key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Surroundings:
    """What a peer must know of the world that it is put into."""

    domain: str  # and all domains below it
    trusted: Identity
    self_signed: Identity
    ca: Path  # what a sender trusts
    gateway_name: str
    gateway_port: int


@dataclass
class Ports:
    """The ports of a receiver, each with another posture; all on 127.0.0.1."""

    plaintext: int = field(default_factory=lambda: free_port())
    trusted: int = field(default_factory=lambda: free_port())
    self_signed: int = field(default_factory=lambda: free_port())

    def all(self) -> list[int]:
        return [self.plaintext, self.trusted, self.self_signed]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Root:
    """An instance's small Debian: a tree of hard links, with users and devices."""

    def __init__(self, package: str, directory: Path) -> None:
        original = PEERS / package
        if not (original / ".unpacked").exists():
            raise PeerError(f"{package} is not unpacked below build/peers: run ./test e2e")
        if os.getuid() != 0:
            raise PeerError("real mail servers are entered by chroot: run the tests as root")
        self.path = directory
        shutil.copytree(original, directory, symlinks=True, copy_function=_link)
        for name in ("dev", "tmp", "run", "root", "var/run", "var/mail", "etc/peer", "etc/ssl/certs"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        (directory / "tmp").chmod(0o1777)
        for name, minor in (("null", 3), ("zero", 5), ("random", 8), ("urandom", 9)):
            os.mknod(directory / "dev" / name, 0o20666, os.makedev(1, minor))
            (directory / "dev" / name).chmod(0o666)
        self.write(
            "etc/passwd",
            "".join(
                f"{name}:x:{uid}:{_GROUPS[group]}::/:/bin/sh\n" for name, (uid, group) in _USERS.items()
            ),
        )
        self.write("etc/group", "".join(f"{name}:x:{gid}:\n" for name, gid in _GROUPS.items()))
        self.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
        self.write("etc/resolv.conf", "lookup file\n")
        self.write("etc/services", "smtp 25/tcp\nsubmission 587/tcp\nsubmissions 465/tcp\n")

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        """A file of the instance's own (never through a hard link)."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def directory(self, name: str, owner: str = "root", group: str = "root", mode: int = 0o755) -> Path:
        path = self.path / name
        path.mkdir(parents=True, exist_ok=True)
        os.chown(path, _USERS[owner][0], _GROUPS[group])
        path.chmod(mode)
        return path

    def set_group_id(self, name: str, group: str) -> None:
        """Gives a program the group that its package's scripts would give it, in a copy of its own."""
        path = self.path / name
        program = path.read_bytes()
        path.unlink()
        path.write_bytes(program)
        os.chown(path, 0, _GROUPS[group])
        path.chmod(0o2755)

    def command(self, *words: str) -> list[str]:
        return ["chroot", str(self.path), *words]


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


class Peer:
    """One running mail server; leaving the `with` block ends it and all its processes."""

    package = ""
    program: Sequence[str] = ()

    def __init__(self, directory: Path, around: Surroundings) -> None:
        self.around = around
        self.domains = [around.domain] + [f"{way}.{around.domain}" for way in ("plaintext", "trusted", "relaxed")]
        self.domains.append("refused." + around.domain.replace(".", "-partner.", 1))
        self.ports = Ports()
        self.root = Root(self.package, directory / "root")
        self.output = directory / "output"
        self.box = Box(self.root)
        self.root.write("etc/hosts", f"127.0.0.1 localhost {around.gateway_name}\n")
        self.root.write("etc/mailname", f"{around.domain}\n")
        for name, identity in (("trusted", around.trusted), ("self-signed", around.self_signed)):
            self.root.write(f"etc/peer/{name}.crt", identity.certificate.read_text())
            self.root.write(f"etc/peer/{name}.key", identity.key.read_text(), self.key_mode)
        self.root.write("etc/ssl/certs/ca-certificates.crt", around.ca.read_text())
        self.configure()
        self._process: subprocess.Popen[bytes] | None = None

    key_mode = 0o600

    def configure(self) -> None:
        """Writes the configuration; each peer has its own."""
        raise NotImplementedError

    def log(self) -> str:
        """What the server logged so far."""
        raise NotImplementedError

    def start(self) -> None:
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                self.root.command(*self.program),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            )
        for port in self.listening():
            self._await_port(port)

    def listening(self) -> list[int]:
        """The ports whose listening means that the server is ready."""
        return self.ports.all()

    def _await_port(self, port: int) -> None:
        """Knocks until somebody opens; between knocks it waits for the end of the process."""
        assert self._process is not None
        end = os.pidfd_open(self._process.pid)
        try:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                with socket.socket() as knock:
                    if knock.connect_ex(("127.0.0.1", port)) == 0:
                        return
                if select.select([end], [], [], 0.02)[0]:
                    break
        finally:
            os.close(end)
        raise PeerError(f"{self.package} does not listen on port {port}:\n{self.said()}")

    def said(self) -> str:
        return self.output.read_text(errors="replace") + self.log()

    def says(self, text: str, timeout: float = 60) -> bool:
        """Waits until the log has it: a server may write of a message after the next hop has it."""
        deadline = time.monotonic() + timeout
        folders = [self.output.parent, *(path for path in (self.root.path / "var/log").glob("**/") if path.is_dir())]
        with Arrivals(*folders, events=WRITTEN) as written:
            while text not in self.said():
                if not written.wait(max(0.0, deadline - time.monotonic())):
                    return text in self.said()
        return True

    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Ends the process group that `start` made."""
        if self._process is None:
            return
        process, self._process = self._process, None
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, how)
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                break
        process.wait()

    def __enter__(self) -> "Peer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def run(self, *words: str) -> str:
        """A command of the instance; returns what it prints."""
        return subprocess.run(self.root.command(*words), check=True, capture_output=True, text=True).stdout

    def sendmail(self, sender: str, recipients: Sequence[str], message: bytes, *options: str) -> None:
        """Hands a message (lines end in LF) to the server with its own sendmail command."""
        done = subprocess.run(
            self.root.command("/usr/sbin/sendmail", "-i", *options, "-f", sender, "--", *recipients),
            input=message,
            capture_output=True,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )
        if done.returncode != 0:
            raise PeerError(f"sendmail of {self.package}: {done.returncode} {done.stderr!r}\n{self.said()}")


@dataclass(frozen=True)
class Kept:
    """A message in a peer's box, as the peer wrote it: lines end in LF."""

    path: Path
    raw: bytes

    def header(self) -> str:
        return self.raw.partition(b"\n\n")[0].decode("utf-8", "replace")

    def body(self) -> bytes:
        return self.raw.partition(b"\n\n")[2]


class Box:
    """The maildir that a peer keeps everything in; `wait` returns when a message is there."""

    def __init__(self, root: Root) -> None:
        root.directory("var/mail", "keeper", "keeper", 0o755)
        self._box = root.directory("var/mail/box", "keeper", "keeper", 0o755)
        for name in ("new", "cur", "tmp"):
            root.directory(f"var/mail/box/{name}", "keeper", "keeper", 0o755)

    def mail(self, marker: str) -> list[Kept]:
        """The messages that hold the marker."""
        found = []
        for path in sorted((self._box / "new").iterdir()):
            raw = path.read_bytes()
            if marker.encode() in raw:
                found.append(Kept(path, raw))
        return found

    def wait(self, marker: str, count: int = 1, timeout: float = 120) -> list[Kept]:
        deadline = time.monotonic() + timeout
        with Arrivals(self._box / "new") as arrivals:
            while True:
                found = self.mail(marker)
                if len(found) >= count:
                    return found
                left = deadline - time.monotonic()
                if left <= 0 or not arrivals.wait(left):
                    raise PeerError(f"{len(found)} of {count} messages with {marker} after {timeout} s")
