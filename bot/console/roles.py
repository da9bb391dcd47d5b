"""The four roles, from least to most. Imports nothing of ours, so that the command line starts fast."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["viewer", "author", "approver", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)  # each may do all that those before it may
ROLE_NAMES: dict[Role, str] = {
    "viewer": "Người xem",
    "author": "Người soạn",
    "approver": "Người duyệt",
    "admin": "Quản trị",
}

# "anyone" needs no sign-in; "half" is a correct password whose second factor is still owed.
Least = Literal["anyone", "half", "viewer", "author", "approver", "admin"]


def parse_role(text: str) -> Role:
    """One of ROLES; ValueError for anything else."""
    if text not in ROLES:
        raise ValueError(f"“{text}” không phải là vai trò; chọn một trong: {', '.join(ROLES)}.")
    return text
