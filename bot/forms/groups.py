"""The ten priority groups of the city's plan as the options of a step, with the words people use for them."""

from __future__ import annotations

from collections.abc import Callable

from bot.forms.form import SKIPPED, Answers, Option, Setting, Step, always

KEY, NONE = "group", "khong"

GROUPS = (
    Option("ho-ngheo", "Hộ nghèo, cận nghèo", ("ho ngheo", "can ngheo"), alone=("ngheo",)),
    Option("dan-toc", "Dân tộc thiểu số", ("dan toc thieu so", "nguoi dan toc", "dan toc")),
    Option("khuyet-tat", "Người khuyết tật", ("khuyet tat", "tan tat")),
    Option("cao-tuoi", "Từ 60 tuổi", ("nguoi cao tuoi", "cao tuoi", "tu 60 tuoi", "tren 60 tuoi")),
    Option("man-han-tu", "Mãn hạn tù", ("man han tu", "ra tu", "an tu", "tu ve")),
    Option("sau-cai-nghien", "Sau cai nghiện", ("cai nghien",)),
    Option("nong-thon", "Lao động nông thôn", ("lao dong nong thon", "nong thon", "lam ruong", "nong dan")),
    Option("dat-thu-hoi", "Có đất bị thu hồi", ("thu hoi dat", "dat thu hoi", "dat bi thu hoi", "mat dat")),
    Option("bhtn", "Đang hưởng thất nghiệp", ("dang huong that nghiep", "tro cap that nghiep", "that nghiep")),
    Option(
        "thanh-nien",
        "Xuất ngũ, tình nguyện",
        ("xuat ngu", "bo doi ve", "nghia vu quan su", "thanh nien tinh nguyen", "tri thuc tre tinh nguyen"),
    ),
)

LABELS = {option.value: option.label for option in GROUPS}


def group_step(question: str, needed: Callable[[Answers, Setting], bool] = always) -> Step:
    """The step that learns the groups a person says to belong to; `chosen_groups` reads its answer."""
    return Step(
        key=KEY,
        question=question,
        expected="Anh/chị chọn bằng số, ví dụ “1” hoặc “1, 7”; hoặc gõ “không thuộc nhóm nào”, “không nói”.",
        options=(
            *GROUPS,
            Option(
                NONE,
                "Không thuộc nhóm nào",
                ("khong thuoc nhom nao",),
                alone=("khong", "ko", "k", "khong thuoc", "khong co", "binh thuong"),
            ),
            Option(SKIPPED, "Không nói", alone=("khong noi", "khong muon noi", "bo qua")),
        ),
        several=True,
        needed=needed,
    )


def chosen_groups(answers: Answers) -> tuple[str, ...]:
    """The slugs of the groups, none for "none" and "rather not say"."""
    return tuple(value for value in answers.get(KEY, "").split("+") if value in LABELS)
