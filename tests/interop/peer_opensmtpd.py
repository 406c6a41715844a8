"""OpenSMTPD 6.8, portable, as Debian builds it: no SMTPUTF8, no CHUNKING, no PIPELINING."""

from __future__ import annotations

from peers import RELAYS, SIZE_LIMIT, Peer

_SCHEMES = {
    "plaintext": ("smtp+notls", ""),
    "opportunistic": ("smtp", ""),
    "proved": ("smtp+tls", " tls"),
}


class OpenSmtpd(Peer):
    package = "opensmtpd"
    program = ("/usr/sbin/smtpd", "-d", "-v", "-f", "/etc/smtpd.conf")

    def configure(self) -> None:
        self.root.directory("var/lib/opensmtpd/empty")
        self.root.directory("var/spool/smtpd", mode=0o711)
        self.root.set_group_id("usr/sbin/smtpctl", "opensmtpq")
        around, ports = self.around, self.ports
        gateway = f"{around.gateway_name}:{around.gateway_port}"
        text = f'smtp max-message-size "{SIZE_LIMIT}"\n'
        for name in ("trusted", "self-signed"):
            text += f'pki "{name}" cert "/etc/peer/{name}.crt"\npki "{name}" key "/etc/peer/{name}.key"\n'
        hello = f'hostname "mail.{around.domain}"'
        text += (
            'table keepers { "@" = "keeper" }\n'
            f"listen on 127.0.0.1 port {ports.plaintext} {hello}\n"
            f'listen on 127.0.0.1 port {ports.trusted} tls pki "trusted" {hello}\n'
            f'listen on 127.0.0.1 port {ports.self_signed} tls pki "self-signed" {hello}\n'
            'action "keep" maildir "/var/mail/box" virtual <keepers>\n'
        )
        for name, (scheme, options) in _SCHEMES.items():
            text += f'action "{name}" relay host "{scheme}://{gateway}"{options} helo "mail.{around.domain}"\n'
        for domain in self.domains:
            text += f'match from any for domain "{domain}" action "keep"\n'
        for domain, how in RELAYS.items():
            text += f'match from any for domain "{domain}" action "{how}"\n'
        text += 'match from any for any action "opportunistic"\n'
        self.root.write("etc/smtpd.conf", text)

    def log(self) -> str:
        return ""  # it logs to its standard error, which `said` shows
