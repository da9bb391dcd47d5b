"""What the database knew about a person when their message came: the frozen second half of what a turn is decided from.

Loaded in the same transaction the turn is performed in; the conversation itself never looks at a database.
"""

from __future__ import annotations

import dataclasses

from bot.check_in_codes import get_key
from storage import campaigns, consents, deadlines, needs, officials, people, questions, registrations, sessions
from storage.campaigns import Membership
from storage.consents import Consent
from storage.database import Connection
from storage.deadlines import Deadline
from storage.needs import Need
from storage.officials import OfficialRow
from storage.people import NO_TRACES, Person, Traces
from storage.questions import Question
from storage.registrations import Registration
from storage.sessions import Session

MOST_SESSIONS = 200  # coming sessions looked at; the city holds about 255 a year
MOST_QUESTIONS = 10  # of the person's own, the newest first
MOST_OWN = 20  # sessions of the person's own that are kept at hand, the latest first


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """`person` is None in a conversation that keeps nothing (the terminal). Lists hold also what is over or ended.

    `sessions` are those not over yet, the soonest first; `own_sessions` those the person has or had a place in, over
    or not, the latest first. `now` is UTC ISO text; `public_url` is where our pages stand, "" when that is not known.
    `check_in_key` makes the codes for the door of a session, "" when the person is registered for none.
    """

    now: str = ""
    person: Person | None = None
    groups: tuple[str, ...] = ()
    consents: tuple[Consent, ...] = ()
    sessions: tuple[Session, ...] = ()
    registrations: tuple[Registration, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    needs: tuple[Need, ...] = ()
    campaigns: tuple[Membership, ...] = ()
    questions: tuple[Question, ...] = ()
    traces: Traces = NO_TRACES
    own_sessions: tuple[Session, ...] = ()
    public_url: str = ""
    official: OfficialRow | None = None  # whose linked chat account this is
    check_in_key: str = ""

    def consented(self, purpose: str) -> bool:
        return any(one.purpose == purpose and not one.withdrawn_at for one in self.consents)

    def find_session(self, session_id: str | int) -> Session | None:
        """The session with this number; None for one that is unknown, or over and not the person's own."""
        return next((one for one in (*self.sessions, *self.own_sessions) if str(one.id) == str(session_id)), None)

    def find_question(self, question_id: str | int) -> Question | None:
        """The person's own question with this number; None for another's, or one too long ago."""
        return next((one for one in self.questions if str(one.id) == str(question_id)), None)

    def find_place(self, session_id: int) -> Registration | None:
        """The person's registration or place in the waiting list of a session; None when they hold none."""
        held = (one for one in self.registrations if one.session_id == session_id)
        return next((one for one in held if one.status != "cancelled"), None)


NOTHING = Known()


def load_known(c: Connection, person: Person, now: str, public_url: str = "") -> Known:
    """All of it, in a handful of indexed reads."""
    held = registrations.list_of_person(c, person.id)
    return Known(
        now=now,
        person=person,
        groups=tuple(people.list_groups(c, person.id)),
        consents=tuple(consents.list_consents(c, person.id)),
        sessions=tuple(sessions.list_coming(c, now, MOST_SESSIONS)),
        registrations=tuple(held),
        deadlines=tuple(deadlines.list_of_person(c, person.id)),
        needs=tuple(needs.list_of_person(c, person.id)),
        campaigns=tuple(campaigns.list_of_person(c, person.id)),
        questions=tuple(questions.list_of_person(c, person.id, MOST_QUESTIONS)),
        traces=people.count_traces(c, person.id),
        own_sessions=tuple(sessions.list_held(c, person.id, MOST_OWN)),
        public_url=public_url,
        check_in_key=get_key(c) if held else "",
        official=officials.find_by_address(c, person.channel, person.address),
    )
