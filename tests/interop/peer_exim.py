"""Exim 4.96 with GnuTLS, CHUNKING, SMTPUTF8, DSN and PRDR as Debian builds it."""

from __future__ import annotations

from peers import RELAYS, SIZE_LIMIT, Peer

_TRANSPORTS = {
    "plaintext": "  hosts_avoid_tls = *\n",
    "opportunistic": "  tls_try_verify_hosts = :\n",
    "proved": (
        "  hosts_require_tls = *\n  tls_verify_hosts = *\n  tls_verify_cert_hostnames = *\n"
        "  tls_verify_certificates = /etc/ssl/certs/ca-certificates.crt\n"
    ),
}


class Exim(Peer):
    package = "exim4-daemon-light"
    program = ("/usr/sbin/exim4", "-bdf")

    def configure(self) -> None:
        self.root.directory("var/spool/exim4", "Debian-exim", "Debian-exim", 0o750)
        self.root.directory("var/log/exim4", "Debian-exim", "Debian-exim", 0o750)
        # The daemon reads keys as its own user.
        for name in ("trusted", "self-signed"):
            (self.root.path / f"etc/peer/{name}.key").chmod(0o644)
        self.root.write("etc/exim4/exim4.conf", self._main() + self._routers() + self._transports())

    def _main(self) -> str:
        ports = self.ports
        interfaces = " : ".join(f"127.0.0.1.{port}" for port in ports.all())
        return f"""\
primary_hostname = mail.{self.around.domain}
qualify_domain = {self.around.domain}
disable_ipv6
local_interfaces = {interfaces}
host_lookup =
rfc1413_query_timeout = 0s
log_file_path = /var/log/exim4/%slog
log_selector = +tls_peerdn +tls_certificate_verified +smtp_protocol_error +smtp_confirmation +pipelining
message_size_limit = {SIZE_LIMIT}
tls_advertise_hosts = ${{if eq{{$received_port}}{{{ports.plaintext}}}{{}}{{*}}}}
tls_certificate = /etc/peer/${{if eq{{$received_port}}{{{ports.self_signed}}}{{self-signed}}{{trusted}}}}.crt
tls_privatekey = /etc/peer/${{if eq{{$received_port}}{{{ports.self_signed}}}{{self-signed}}{{trusted}}}}.key
chunking_advertise_hosts = *
smtputf8_advertise_hosts = *
dsn_advertise_hosts = *
acl_smtp_rcpt = take
acl_smtp_data = take
never_users = root
untrusted_set_sender = *
recipients_max = 1000
begin acl
take:
  accept
"""

    def _routers(self) -> str:
        keep = " : ".join(self.domains)
        text = f"begin routers\nkeep:\n  driver = accept\n  domains = {keep}\n  transport = keep\n"
        target = f"{self.around.gateway_name}::{self.around.gateway_port}"
        for domain, how in [*RELAYS.items(), ("*", "opportunistic")]:
            name = domain.replace(".", "_").replace("-", "_").replace("*", "others")
            text += (
                f"{name}:\n  driver = manualroute\n  domains = {domain}\n  transport = {how}\n"
                f'  route_list = "* {target} byname"\n  self = send\n'
            )
        return text

    def _transports(self) -> str:
        text = (
            "begin transports\nkeep:\n  driver = appendfile\n  directory = /var/mail/box\n  maildir_format\n"
            "  user = keeper\n  group = keeper\n  delivery_date_add\n  envelope_to_add\n  return_path_add\n"
            "  directory_mode = 0755\n  mode = 0644\n"
        )
        for name, lines in _TRANSPORTS.items():
            text += f"{name}:\n  driver = smtp\n{lines}"
        return text

    def log(self) -> str:
        folder = self.root.path / "var/log/exim4"
        return "".join(path.read_text(errors="replace") for path in sorted(folder.glob("*log")))
