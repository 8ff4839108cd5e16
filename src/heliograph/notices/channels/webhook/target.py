"""The options of a webhook, read once: where it goes, and the secrets that sign it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from heliograph.notices.channels.exchange import Place
from heliograph.notices.channels.secrets import secret_of
from heliograph.notices.channels.web_address import allowed_of, read_address
from heliograph.notices.channels.webhook.own_secret import OWN_SECRET, own_secret
from heliograph.notices.errors import BadChannel, about

# Standard Webhooks: base64 of 24 to 64 bytes behind a prefix.
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32,88}={0,2}")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook goes; with neither `secret_env` nor a secret of our making it is not signed."""

    place: Place
    path: str
    secret_env: str
    own_secret: str = ""

    @classmethod
    def of(cls, options: Mapping[str, object], *, is_signed: bool = True) -> "Target":
        """The target of these options; BadChannel says what is wrong with them."""
        url, secret, own = (str(options.get(name, "")) for name in ("url", "secret_env", OWN_SECRET))
        if name := str(options.get("url_env", "")):
            if url:
                raise BadChannel("Name the address by --url or by --url-env, not by both.", field="url")
            with about("url_env"):
                url = secret_of(name, holds="the address, https://...")
        if not url:
            raise BadChannel("A webhook needs the address that it goes to: --url https://...", field="url")
        if is_signed and not secret and not own:
            raise BadChannel(
                "A webhook is signed: --secret-env names the environment variable that holds its secret.",
                field="secret_env",
            )
        with about("url_env" if name else "url"):
            address = read_address(url, allowed=allowed_of(options))
        return cls(address.place, address.path, secret, own)

    @property
    def authority(self) -> str:
        """Host and port as they stand in the Host header."""
        return self.place.authority

    def secrets(self) -> list[str]:
        """Those of the environment, or of our making; several, apart by a space, while one is replaced."""
        if not self.secret_env:
            return [own_secret(mark) for mark in self.own_secret.split()]
        with about("secret_env"):
            found = secret_of(self.secret_env, holds="the secret, such as whsec_MfKQ...").split()
            if not all(SECRET.fullmatch(one) for one in found):
                raise BadChannel(
                    f"{self.secret_env} holds no secret: `whsec_` and the base64 of 24 to 64 bytes."
                )
        return found
