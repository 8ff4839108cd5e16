"""The options of a webhook, read once: where it goes, and the secrets that sign it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from heliograph.notices.channels.exchange import Place
from heliograph.notices.channels.secrets import secret_of
from heliograph.notices.channels.web_address import allowed_of, read_address
from heliograph.notices.errors import BadChannel

# Standard Webhooks: base64 of 24 to 64 bytes behind a prefix.
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32,88}={0,2}")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook goes; without `secret_env` it is not signed."""

    place: Place
    path: str
    secret_env: str

    @classmethod
    def of(cls, options: Mapping[str, object], *, is_signed: bool = True) -> "Target":
        """The target of these options; BadChannel says what is wrong with them."""
        url, secret = (str(options.get(name, "")) for name in ("url", "secret_env"))
        if name := str(options.get("url_env", "")):
            if url:
                raise BadChannel("Name the address by --url or by --url-env, not by both.")
            url = secret_of(name, holds="the address, https://...")
        if not url:
            raise BadChannel("A webhook needs the address that it goes to: --url https://...")
        if is_signed and not secret:
            raise BadChannel(
                "A webhook is signed: --secret-env names the environment variable that holds its secret."
            )
        address = read_address(url, allowed=allowed_of(options))
        return cls(address.place, address.path, secret)

    @property
    def authority(self) -> str:
        """Host and port as they stand in the Host header."""
        return self.place.authority

    def secrets(self) -> list[str]:
        """The secrets of the environment; several, apart by a space, while an old one is being replaced."""
        if not self.secret_env:
            return []
        found = secret_of(self.secret_env, holds="the secret, such as whsec_MfKQ...").split()
        if not all(SECRET.fullmatch(one) for one in found):
            raise BadChannel(f"{self.secret_env} holds no secret: `whsec_` and the base64 of 24 to 64 bytes.")
        return found
