"""The peers by name, and Exim, as Debian ships it.

Exim has no manager of its queue: each message is delivered by a process of its own, as soon as it is there.
That process hands its connection on to the next when more waits for the same host, with TLS too
(hosts_noproxy_tls). Queue runs in two stages (-qq), which gather what goes to one host, were tried
instead, and were several times slower in the same set.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.bench_cpu import Processes, can_be_counted
from bench.bench_engines import OWN_NAME, SINK_NAME, Engine, Place, PostfixEngine, memory_of
from bench.bench_haraka import HarakaEngine, is_installed
from peers import Peer, Surroundings, free_port


class _BenchExim(Peer):
    package = "exim4-daemon-light"
    program = ("/usr/sbin/exim4", "-bdf", "-q1m")  # in the foreground; what failed is tried again each minute

    def __init__(self, place: Place) -> None:
        self._place = place
        surroundings = Surroundings(
            domain="bench.example",
            trusted=place.identity,
            self_signed=place.identity,
            ca=place.ca,
            gateway_name=SINK_NAME,
            gateway_port=place.sink_port,
        )
        super().__init__(place.directory, surroundings)

    def configure(self) -> None:
        self.port = free_port()
        self.root.directory("var/spool/exim4", "Debian-exim", "Debian-exim", 0o750)
        self.root.directory("var/log/exim4", "Debian-exim", "Debian-exim", 0o750)
        (self.root.path / "etc/peer/trusted.key").chmod(0o644)  # the daemon reads it as its own user
        self.root.write("etc/exim4/exim4.conf", self._main() + self._way())

    def _main(self) -> str:
        tls = "*" if self._place.tls else ""
        return f"""\
primary_hostname = {OWN_NAME}
disable_ipv6
local_interfaces = 127.0.0.1.{self.port}
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
log_file_path = /var/log/exim4/%slog
message_size_limit = 64M
# A relay delivers nothing as another user, and needs no log file for each message.
deliver_drop_privilege
message_logs = false
split_spool_directory
smtp_accept_max = 500
smtp_connect_backlog = 500
smtp_accept_queue_per_connection = 0
queue_run_max = 50
tls_advertise_hosts = {tls}
tls_resumption_hosts = *
tls_certificate = /etc/peer/trusted.crt
tls_privatekey = /etc/peer/trusted.key
acl_smtp_rcpt = relay
begin acl
relay:
  accept hosts = 127.0.0.0/8
"""

    def _way(self) -> str:
        how = "  tls_resumption_hosts = *\n  hosts_noproxy_tls =\n"
        if self._place.verify:
            how += (
                "  hosts_require_tls = *\n  tls_verify_hosts = *\n  tls_verify_cert_hostnames = *\n"
                "  tls_verify_certificates = /etc/ssl/certs/ca-certificates.crt\n"
            )
        else:
            how += "  tls_try_verify_hosts = *\n"  # with none at all it would insist
        return f"""\
begin routers
hop:
  driver = manualroute
  transport = hop
  route_list = "* {SINK_NAME}::{self._place.sink_port} byname"
  self = send
begin transports
hop:
  driver = smtp
{how if self._place.tls else "  hosts_avoid_tls = *"}
begin retry
* * F,4d,1m
"""

    def listening(self) -> list[int]:
        return [self.port]

    def log(self) -> str:
        folder = self.root.path / "var/log/exim4"
        return "".join(path.read_text(errors="replace") for path in sorted(folder.glob("*log")))


class EximEngine:
    """Debian's Exim; it needs control groups, for most of its processes have ended when they are counted."""

    name = "exim"

    def __init__(self, place: Place) -> None:
        self._processes = Processes()
        self._peer = _BenchExim(place)
        self._peer.start()
        self._processes.add(self._peer.pid())

    def address(self) -> str:
        return f"127.0.0.1:{self._peer.port}"

    def cpu_seconds(self) -> float:
        return self._processes.seconds()

    def memory(self) -> int:
        return memory_of(iter(self._processes))

    def version(self) -> str:
        return "Exim " + self._peer.run("/usr/sbin/exim4", "-bV").split()[2]

    def log(self) -> str:
        return self._peer.said()

    def stop(self) -> None:
        self._peer.stop()
        self._processes.close()


PEERS: dict[str, Callable[[Place], Engine]] = {"postfix": PostfixEngine, "exim": EximEngine, "haraka": HarakaEngine}


def usable(names: Sequence[str], say: Callable[[str], None]) -> list[str]:
    """Those that can be measured on this machine; what it lacks for the others is said."""
    lacks = {}
    if not can_be_counted():
        lacks["exim"] = "no control group can be made here, and without one its processor time is not known"
    if not is_installed():
        lacks["haraka"] = "it is not below build/haraka, or there is no node that it runs on"
    for name in names:
        if name in lacks:
            say(f"{name} is left out: {lacks[name]}.")
    return [name for name in names if name not in lacks]
