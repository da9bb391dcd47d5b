"""Where in a long story its question is: the last clause that asks, apart from everything that is told around it.

People tell what happened first ("bị thu hồi đất, chồng muốn đi Nhật, …") and ask at the end. Told clauses say which
topic it is about but must not outvote the question. It knows question words, not the content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.normalise import fold, lower, normalise, split_tokens

LONG = 25  # words as typed: from here on a message is read as a story

_STOP = re.compile(r"[.!?;\n…]+|,(?!\d)|\s-\s")
_RUNS_ON = 12  # words: a clause this long has stops that were not typed
_CLAUSE_WORDS = 4
_QUESTION_WORDS = 7  # a shorter question takes the clause before it along
# Words that open a new clause where people type no stops. Some are told from others by their diacritics only ("vậy" is
# no loan, "mấy" no sewing): without diacritics they tell nothing.
_TURNS = (
    r"(?:cho|xin|muốn|cần) (?:\w+ ){0,3}hỏi\b|(?:không|ko|k|chưa|chẳng) (?:biết|rõ|hiểu)\b|(?:giờ|nay|bây giờ|h|hiện)\s"
)
_ASKING = (
    r"bao nhiêu|bao lâu|bao giờ|khi nào|lúc nào|gì|nào|đâu|sao|ai|hỏi|thế nào|nhiêu|cách"
    r"|mấy (?:tháng|năm|ngày|hôm|tuần|lần|đồng|tiền|triệu|phần|người|giờ|tuổi|loại|nước|buổi)"
    r"|có (?:\w+ ){1,9}không|được không|phải không|không hay"
    r"|(?:không|chưa|hả|hử|nhỉ|chăng)"
    r"(?: (?:ạ|vậy|bạn|em|anh|chị|nhỉ|thế|hả|bác|cô|cháu|ta|nữa|ad|shop|mọi|người|chú|ơi))*$"
)
_TURN, _TURN_FOLDED = re.compile(rf"\s(?={_TURNS}|(?:vậy|thế)\s)"), re.compile(rf"\s(?={fold(_TURNS)})")
_ASKS, _ASKS_FOLDED = re.compile(rf"\b(?:{_ASKING}|mấy|mô|răng|chi)\b"), re.compile(rf"\b(?:{fold(_ASKING)})\b")


def split_story(text: str) -> tuple[str, str]:
    """The question of a long message and what is told around it; a short message, or one that never asks, is whole.

    Both are as typed, clauses joined by commas; the second is empty where the message is whole.
    """
    if len(split_tokens(lower(text))) <= LONG:
        return text, ""
    clauses = list(_split_clauses(text))
    asking = [at for at, clause in enumerate(clauses) if _asks(clause)]
    if not asking:
        return text, ""
    first = last = asking[-1]
    while first and sum(len(clause.split()) for clause in clauses[first : last + 1]) < _QUESTION_WORDS:
        first -= 1
    return ", ".join(clauses[first : last + 1]), ", ".join(clauses[:first] + clauses[last + 1 :])


def _split_clauses(text: str) -> Iterator[str]:
    for clause in filter(None, map(str.strip, _STOP.split(text))):
        start = 0
        for turn in _find_turns(clause) if len(clause.split()) > _RUNS_ON else ():
            if min(len(clause[start:turn].split()), len(clause[turn:].split())) >= _CLAUSE_WORDS:
                yield clause[start:turn].strip()
                start = turn
        yield clause[start:].strip()


def _find_turns(clause: str) -> list[int]:
    """Where in a clause a new one opens. None in text with rare signs that change their length in lower case."""
    lowered = lower(clause)
    folded = fold(lowered)
    if not len(folded) == len(lowered) == len(clause):
        return []
    pattern, text = (_TURN, lowered) if _has_diacritics(lowered, folded) else (_TURN_FOLDED, folded)
    return [found.start() for found in pattern.finditer(text)]


def _asks(clause: str) -> bool:
    """Whether the clause has a question word: by its diacritics where it is typed with them ("sào" is not "sao")."""
    if len(clause.split()) < 3:
        return False
    message = normalise(clause)
    accented = _has_diacritics(message.text, message.folded)
    return bool(_ASKS.search(message.text) if accented else _ASKS_FOLDED.search(message.folded))


def _has_diacritics(text: str, folded: str) -> bool:
    """Whether a good part of the words has them: one "ạ", or an abbreviation written out, does not count."""
    words, plain = text.split(), folded.split()
    return 3 * sum(word != bare for word, bare in zip(words, plain, strict=False)) > len(words)
