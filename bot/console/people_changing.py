"""A person's data corrected or deleted because they asked an official to. Every act leaves a row in the audit log.

What is deleted is what the person's own “xóa dữ liệu” deletes; an official cannot bring it back either.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from bot.clock import iso, utc_now
from bot.console.access import Official
from bot.console.forms import read_choice, read_many, read_text
from bot.console.frame import audit, confirm, database_of, form_of, page, redirect
from bot.console.people import HOME, id_of, own_communes
from bot.forms.groups import LABELS
from bot.messages import EraseMe
from bot.performing import perform
from intents.entities import find_phone
from storage import directory, needs, people
from storage.people import Person


def show_correct(request: Request, official: Official) -> Response:
    """The form, with what is stored: the whole phone is seen here, so it is written down as such."""
    with database_of(request).transaction() as c:
        person = directory.get_in_scope(c, id_of(request), official.scope)
        groups = people.list_groups(c, person.id)
        audit(c, official, "person.phone", f"person:{person.id}")
    typed: dict[str, object] = {
        "full_name": person.full_name,
        "phone": person.phone,
        "commune": person.commune,
        "groups": groups,
    }
    return _form_page(request, official, person, typed, {})


def correct(request: Request, official: Official) -> Response:
    """Store what the person says is right; only what changed is touched and named in the log."""
    form = form_of(request)
    with database_of(request).reading() as c:
        person = directory.get_in_scope(c, id_of(request), official.scope)
    errors: dict[str, str] = {}
    written = read_text(form, "phone", 30)
    phone = find_phone(written)
    if written and not phone:
        errors["phone"] = "Không phải số di động Việt Nam, ví dụ 0912 345 678."
    asked = read_text(form, "commune", 80)
    commune = read_choice(form, "commune", own_communes(request, official))
    if asked and not commune:
        errors["commune"] = "Chọn một xã, phường anh/chị phụ trách."
    if not asked and not official.scope.covers(""):
        errors["commune"] = "Cần chọn xã, phường."
    groups = read_many(form, "group", LABELS)
    typed: dict[str, object] = {
        "full_name": read_text(form, "full_name", 80),
        "phone": written,
        "commune": commune,
        "groups": groups,
    }
    if errors:
        return _form_page(request, official, person, typed, errors)
    wanted = {"full_name": str(typed["full_name"]), "phone": phone.number if phone else "", "commune": commune}
    now = iso(utc_now())
    with database_of(request).transaction() as c:
        person = directory.get_in_scope(c, person.id, official.scope)
        changed = [field for field, value in wanted.items() if getattr(person, field) != value]
        for field in changed:
            people.set_profile(c, person.id, field, wanted[field])
        if "commune" in changed:
            needs.move_needs(c, person.id, commune, now)
        held = set(people.list_groups(c, person.id))
        for group in sorted(groups - held):
            people.add_group(c, person.id, group, now)
        for group in sorted(held & LABELS.keys() - groups):
            people.remove_group(c, person.id, group)
        if held & LABELS.keys() != groups:
            changed.append("groups")
        if changed:
            audit(c, official, "person.correct", f"person:{person.id}", fields=changed)
    return redirect(request, f"{HOME}/{person.id}", "Đã lưu." if changed else "Không có gì thay đổi.")


def ask_delete(request: Request, official: Official) -> Response:
    with database_of(request).reading() as c:
        person = directory.get_in_scope(c, id_of(request), official.scope)
    return confirm(
        request,
        official,
        title=f"Xóa dữ liệu của {person.full_name or person.name or f'người số {person.id}'}",
        text="Xóa hẳn hồ sơ, câu hỏi, nhu cầu, đăng ký phiên và lời nhắc của người này, không lấy lại được; chỗ đã giữ "
        "được chuyển cho người đang chờ. Chỉ làm khi chính người đó yêu cầu.",
        button="Xóa dữ liệu",
        back=f"{HOME}/{person.id}",
    )


def delete(request: Request, official: Official) -> Response:
    """Forget the person as if they had asked the bot; nothing is sent to them."""
    with database_of(request).transaction() as c:
        person = directory.get_in_scope(c, id_of(request), official.scope)
        perform(c, person, EraseMe(), iso(utc_now()))
        audit(c, official, "person.delete", f"person:{person.id}")
    return redirect(request, HOME, "Đã xóa dữ liệu của người này.")


def _form_page(
    request: Request, official: Official, person: Person, typed: dict[str, object], errors: dict[str, str]
) -> Response:
    communes = list(own_communes(request, official).items())
    return page(
        request,
        official,
        "person_form.html",
        422 if errors else 200,
        person=person,
        typed=typed,
        errors=errors,
        communes=[("", "Chưa rõ"), *communes] if official.communes is None else communes,
        group_names=LABELS,
    )
