"""The second factor: codes of an authenticator app (RFC 6238), its QR code, and recovery codes. Stores nothing."""

from __future__ import annotations

import datetime
import re

import pyotp
from markupsafe import Markup

from bot.console.passwords import make_code, same

STEP_SECONDS = 30
SECRET_FORM = re.compile(r"[A-Z2-7]{32}")
RECOVERY_CODES = 8


def make_secret() -> str:
    """160 random bits in base32."""
    return pyotp.random_base32()


def find_step(secret: str, code: str, now: datetime.datetime) -> int | None:
    """The time step a code belongs to, one step of a slow or fast clock forgiven; None when the code is wrong."""
    typed = re.sub(r"[\s.-]", "", code)
    if not secret or not re.fullmatch(r"[0-9]{6}", typed):
        return None
    current = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    steps = (current, current - 1, current + 1)
    return next((step for step in steps if same(totp.at(step * STEP_SECONDS), typed)), None)


def draw_qr(secret: str, login: str) -> Markup:
    """The QR code an app reads, as inline SVG without styles."""
    # 9 MB that only this page needs.
    import segno  # noqa: PLC0415

    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Gõ Cửa")
    svg = segno.make(address, error="m").svg_inline(scale=5, border=4, light="#fff", dark="#000", svgclass="qr")
    return Markup(svg)  # noqa: S704 - drawn by the library from the secret and a checked login


def make_recovery_codes() -> list[str]:
    """Codes that each stand in for the app once, as abcde-fghjk."""
    return [f"{make_code(5)}-{make_code(5)}" for _ in range(RECOVERY_CODES)]
