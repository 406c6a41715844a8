"""Postfix 3.7, with SMTPUTF8, CHUNKING and DSN as Debian builds it."""

from __future__ import annotations

from peers import RELAYS, SIZE_LIMIT, Peer

_QUEUES = "active bounce corrupt defer deferred flush hold incoming private saved trace".split()

SERVICES = """\
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsproxy unix - - n - 0 tlsproxy
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(Peer):
    package = "postfix"
    program = ("/usr/lib/postfix/sbin/master", "-d")

    def configure(self) -> None:
        make_folders(self)
        around, ports = self.around, self.ports
        gateway = f"[127.0.0.1]:{around.gateway_port}"
        self.root.write(
            "etc/postfix/transport", "".join(f"{domain} {how}:{gateway}\n" for domain, how in RELAYS.items())
        )
        settings = self.settings()
        self.root.write("etc/postfix/main.cf", "".join(f"{key} = {value}\n" for key, value in settings.items()))
        self.root.write(
            "etc/postfix/master.cf",
            f"127.0.0.1:{ports.plaintext} inet n - n - - smtpd\n  -o smtpd_tls_security_level=none\n"
            + self._with_tls(ports.trusted, "trusted")
            + self._with_tls(ports.self_signed, "self-signed")
            # pickup looks every second: on a machine with much to do, sendmail's hint to it can be lost.
            + SERVICES.replace("pickup unix n - n 60 1", "pickup unix n - n 1 1")
            + "plaintext unix - - n - - smtp\n  -o smtp_tls_security_level=none\n"
            "opportunistic unix - - n - - smtp\n  -o smtp_tls_security_level=may\n"
            "proved unix - - n - - smtp\n  -o smtp_tls_security_level=secure\n"
            f"  -o smtp_tls_secure_cert_match={around.gateway_name}\n",
        )

    def settings(self) -> dict[str, str]:
        """Its main.cf."""
        around = self.around
        return {
            "compatibility_level": "3.6",
            "maillog_file": "/var/log/postfix.log",
            "myhostname": f"mail.{around.domain}",
            "mydestination": "",
            "local_recipient_maps": "",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8",
            "alias_maps": "",
            "message_size_limit": str(SIZE_LIMIT),
            "mailbox_size_limit": "0",
            "virtual_mailbox_domains": " ".join(self.domains),
            "virtual_mailbox_base": "/var/mail",
            "virtual_mailbox_maps": "static:box/",
            "virtual_mailbox_limit": "0",
            "virtual_uid_maps": "static:64100",
            "virtual_gid_maps": "static:64100",
            "transport_maps": "texthash:/etc/postfix/transport",
            "relayhost": f"[127.0.0.1]:{around.gateway_port}",
            "smtp_tls_CAfile": "/etc/ssl/certs/ca-certificates.crt",
            "smtp_tls_loglevel": "1",
            "smtpd_tls_loglevel": "1",
            "smtpd_tls_received_header": "yes",
            "smtp_dns_support_level": "disabled",
            "smtp_host_lookup": "native",
            "smtpd_peername_lookup": "no",
        }

    @staticmethod
    def _with_tls(port: int, identity: str) -> str:
        return (
            f"127.0.0.1:{port} inet n - n - - smtpd\n  -o smtpd_tls_security_level=may\n"
            f"  -o smtpd_tls_cert_file=/etc/peer/{identity}.crt\n  -o smtpd_tls_key_file=/etc/peer/{identity}.key\n"
        )

    def log(self) -> str:
        path = self.root.path / "var/log/postfix.log"
        return path.read_text(errors="replace") if path.exists() else ""


def make_folders(peer: Peer) -> None:
    """The queue, with the owners that post-install would give it."""
    peer.root.directory("var/spool/postfix")
    for name in _QUEUES:
        peer.root.directory(f"var/spool/postfix/{name}", "postfix", "root", 0o700)
    peer.root.directory("var/spool/postfix/pid")
    peer.root.directory("var/spool/postfix/maildrop", "postfix", "postdrop", 0o730)
    peer.root.directory("var/spool/postfix/public", "postfix", "postdrop", 0o710)
    peer.root.directory("var/lib/postfix", "postfix", "postfix", 0o755)
    peer.root.directory("var/log")
