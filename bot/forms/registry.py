"""Every form there is. A new one is a module beside this one, a line here, and its name among the content's ACTIONS."""

from __future__ import annotations

from collections.abc import Mapping

from bot.forms import (
    benefit_calculator,
    deadlines,
    eligibility,
    loan_calculator,
    needs_survey,
    news_form,
    registration,
    session_reminding,
)
from bot.forms.form import Form

FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        benefit_calculator.FORM,
        loan_calculator.FORM,
        eligibility.FORM,
        needs_survey.FORM,
        news_form.FORM,
        registration.FORM,
        session_reminding.FORM,
        *deadlines.DEADLINE_FORMS,
    )
}
