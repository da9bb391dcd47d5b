"""Every address of the console, with the least role that is let in and whether it writes. Nothing registers itself.

A test walks this list: anonymous, every role, every scope, every form. Addresses with a part in braces have an
example in `tests/console/examples.py`.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.console import (
    audit_log,
    broadcasts,
    broadcasts_deciding,
    broadcasts_writing,
    content_pages,
    dashboard,
    inbox,
    my_account,
    needs,
    people,
    people_changing,
    reports_pages,
    sessions,
    sessions_attendance,
    sessions_editing,
    sessions_import,
    settings_pages,
    signing_in,
    staff,
    wordings,
)
from bot.console.frame import Console, assets
from bot.console.guarding import ConsoleRoute, PublicRoute, guarded, not_found
from bot.web.assets import answer_with, cache_control_for

PUBLIC_ROUTES = (
    PublicRoute("/console/sign-in", signing_in.show_sign_in, "anyone"),
    PublicRoute("/console/sign-in", signing_in.sign_in, "anyone", writes=True),
    PublicRoute("/console/sign-in/code", signing_in.show_code, "half"),
    PublicRoute("/console/sign-in/code", signing_in.check_code, "half", writes=True),
)

ROUTES = (
    ConsoleRoute("/console", dashboard.show_dashboard),
    ConsoleRoute("/console/reports", reports_pages.show_reports),
    ConsoleRoute("/console/reports/file", reports_pages.make_file, writes=True),
    ConsoleRoute("/console/sign-out", signing_in.sign_out, writes=True),
    # One's own account.
    ConsoleRoute("/console/account", my_account.show_account),
    ConsoleRoute("/console/account/password", my_account.show_password),
    ConsoleRoute("/console/account/password", my_account.change_password, writes=True),
    ConsoleRoute("/console/account/second-factor", my_account.show_second_factor),
    ConsoleRoute("/console/account/second-factor", my_account.turn_on_second_factor, writes=True),
    ConsoleRoute("/console/account/second-factor/off", my_account.turn_off_second_factor, writes=True),
    ConsoleRoute("/console/account/sign-out-others", my_account.sign_out_everywhere, writes=True),
    ConsoleRoute("/console/account/link", my_account.show_link_code, writes=True),
    ConsoleRoute("/console/account/unlink", my_account.ask_unlink),
    ConsoleRoute("/console/account/unlink", my_account.unlink, writes=True),
    # Broadcasts.
    ConsoleRoute("/console/broadcasts", broadcasts.show_broadcasts),
    ConsoleRoute("/console/broadcasts/new", broadcasts_writing.show_new, "author"),
    ConsoleRoute("/console/broadcasts/new", broadcasts_writing.add, "author", writes=True),
    ConsoleRoute("/console/broadcasts/look", broadcasts_writing.look, "author", writes=True),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}", broadcasts.show_broadcast),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/edit", broadcasts_writing.show_edit, "author"),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/edit", broadcasts_writing.edit, "author", writes=True),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/try", broadcasts_writing.try_on_me, "author", writes=True),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/submit", broadcasts_writing.submit, "author", writes=True),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/discard", broadcasts_writing.discard, "author", writes=True),
    ConsoleRoute(
        "/console/broadcasts/{broadcast_id:int}/approve", broadcasts_deciding.approve, "approver", writes=True
    ),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/reject", broadcasts_deciding.reject, "approver", writes=True),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/pause", broadcasts_deciding.pause, "author", writes=True),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/resume", broadcasts_deciding.resume, "author", writes=True),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/cancel", broadcasts_deciding.ask_cancel, "author"),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/cancel", broadcasts_deciding.cancel, "author", writes=True),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/recipients", broadcasts.show_recipients),
    ConsoleRoute("/console/broadcasts/{broadcast_id:int}/recipients/export", broadcasts.export_recipients, writes=True),
    # Sessions.
    ConsoleRoute("/console/sessions", sessions.show_sessions),
    ConsoleRoute("/console/sessions/export", sessions.export_sessions, writes=True),
    ConsoleRoute("/console/sessions/new", sessions_editing.show_new, "author"),
    ConsoleRoute("/console/sessions/new", sessions_editing.add, "author", writes=True),
    ConsoleRoute("/console/sessions/import", sessions_import.show_import, "author"),
    ConsoleRoute(
        "/console/sessions/import", sessions_import.look, "author", writes=True, max_body=sessions_import.MOST_BODY
    ),
    ConsoleRoute(
        "/console/sessions/import/store",
        sessions_import.store,
        "author",
        writes=True,
        max_body=sessions_import.MOST_BODY,
    ),
    ConsoleRoute("/console/sessions/import/example", sessions_import.export_example, "author", writes=True),
    ConsoleRoute("/console/sessions/{session_id:int}", sessions.show_session),
    ConsoleRoute("/console/sessions/{session_id:int}/export", sessions.export_places, "author", writes=True),
    ConsoleRoute("/console/sessions/{session_id:int}/edit", sessions_editing.show_edit, "author"),
    ConsoleRoute("/console/sessions/{session_id:int}/edit", sessions_editing.edit, "author", writes=True),
    ConsoleRoute("/console/sessions/{session_id:int}/postpone", sessions_editing.ask_postpone, "author"),
    ConsoleRoute("/console/sessions/{session_id:int}/postpone", sessions_editing.postpone, "author", writes=True),
    ConsoleRoute("/console/sessions/{session_id:int}/cancel", sessions_editing.ask_cancel, "author"),
    ConsoleRoute("/console/sessions/{session_id:int}/cancel", sessions_editing.cancel, "author", writes=True),
    ConsoleRoute("/console/sessions/{session_id:int}/attendance", sessions_attendance.show_attendance, "author"),
    ConsoleRoute("/console/sessions/{session_id:int}/attendance", sessions_attendance.tick, "author", writes=True),
    ConsoleRoute("/console/check-in", sessions_attendance.show_check_in, "author"),
    ConsoleRoute("/console/check-in", sessions_attendance.check_in, "author", writes=True),
    # People and what they wish for.
    ConsoleRoute("/console/people", people.show_people),
    ConsoleRoute("/console/people/counts", people.show_counts),
    ConsoleRoute("/console/people/export", people.export_people, "author", writes=True),
    ConsoleRoute("/console/people/{person_id:int}", people.show_person, logs=True),
    ConsoleRoute("/console/people/{person_id:int}/phone", people.show_phone, writes=True),
    ConsoleRoute("/console/people/{person_id:int}/correct", people_changing.show_correct, "author", logs=True),
    ConsoleRoute("/console/people/{person_id:int}/correct", people_changing.correct, "author", writes=True),
    ConsoleRoute("/console/people/{person_id:int}/delete", people_changing.ask_delete, "approver"),
    ConsoleRoute("/console/people/{person_id:int}/delete", people_changing.delete, "approver", writes=True),
    ConsoleRoute("/console/needs", needs.show_counts),
    ConsoleRoute("/console/needs/list", needs.show_list),
    ConsoleRoute("/console/needs/export", needs.export_needs, "author", writes=True),
    ConsoleRoute("/console/needs/{need_id:int}/met", needs.close, "author", writes=True),
    # Questions to officials, and what was not answered well.
    ConsoleRoute("/console/questions", inbox.show_inbox),
    ConsoleRoute("/console/questions/{question_id:int}", inbox.show_question),
    ConsoleRoute("/console/questions/{question_id:int}/claim", inbox.claim, "author", writes=True),
    ConsoleRoute("/console/questions/{question_id:int}/release", inbox.release, "author", writes=True),
    ConsoleRoute("/console/questions/{question_id:int}/look", inbox.look, "author", writes=True),
    ConsoleRoute("/console/questions/{question_id:int}/answer", inbox.answer, "author", writes=True),
    ConsoleRoute("/console/questions/{question_id:int}/close", inbox.close, "author", writes=True),
    ConsoleRoute("/console/wordings", wordings.show_wordings),
    ConsoleRoute("/console/wordings/close", wordings.close_group, "author", writes=True, whole_city=True),
    ConsoleRoute("/console/wordings/add", wordings.show_add, "admin", whole_city=True),
    ConsoleRoute("/console/wordings/look", wordings.look, "admin", writes=True, whole_city=True),
    ConsoleRoute("/console/wordings/add", wordings.add, "admin", writes=True, whole_city=True),
    # Content and settings.
    ConsoleRoute("/console/content", content_pages.show_content, "admin", whole_city=True),
    ConsoleRoute("/console/content/{entry_id}", content_pages.show_entry, "admin", whole_city=True),
    ConsoleRoute("/console/content/reload", content_pages.reload, "admin", writes=True, whole_city=True),
    ConsoleRoute("/console/settings", settings_pages.show_settings, "admin", whole_city=True),
    ConsoleRoute("/console/settings/resume", settings_pages.resume, "admin", writes=True, whole_city=True),
    # Officials' accounts.
    ConsoleRoute("/console/officials", staff.show_officials, "admin", whole_city=True),
    ConsoleRoute("/console/officials/new", staff.show_new, "admin", whole_city=True),
    ConsoleRoute("/console/officials/new", staff.add, "admin", writes=True, whole_city=True),
    ConsoleRoute("/console/officials/{official_id:int}", staff.show_official, "admin", whole_city=True),
    ConsoleRoute("/console/officials/{official_id:int}", staff.change, "admin", writes=True, whole_city=True),
    ConsoleRoute("/console/officials/{official_id:int}/reset", staff.ask_reset, "admin", whole_city=True),
    ConsoleRoute("/console/officials/{official_id:int}/reset", staff.reset, "admin", writes=True, whole_city=True),
    ConsoleRoute("/console/officials/{official_id:int}/disable", staff.ask_disable, "admin", whole_city=True),
    ConsoleRoute("/console/officials/{official_id:int}/disable", staff.disable, "admin", writes=True, whole_city=True),
    ConsoleRoute("/console/officials/{official_id:int}/enable", staff.enable, "admin", writes=True, whole_city=True),
    # The audit log.
    ConsoleRoute("/console/audit", audit_log.show_audit, "admin", whole_city=True),
    ConsoleRoute("/console/audit/export", audit_log.export_audit, "admin", writes=True, whole_city=True),
)


def console_routes(console: Console) -> list[Route]:
    """All of it, to be put into the application after the chat's routes."""
    return [
        Route("/console/static/{name}", _show_asset),
        Route("/phien/{code}", sessions_attendance.ticket_page(console)),
        *(guarded(route, console) for route in (*PUBLIC_ROUTES, *ROUTES)),
        Route("/console/{rest:path}", not_found(console)),
    ]


async def _show_asset(request: Request) -> Response:
    asset = assets().get(request.path_params["name"])
    if asset is None:
        return PlainTextResponse("Không có tệp này.", 404)
    return answer_with(asset, request, cache_control_for(asset, request.query_params.get("v")))
