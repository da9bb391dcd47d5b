"""All files of the tree read into nouns, each with its findings; and the digest of what was read.

It sees every file by itself. What only shows when files are held side by side is `check`'s.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path

from content.campaigns import CampaignFile, parse_campaign
from content.days_off import parse_days_off
from content.entries import EntryFile, GroupFile, parse_entry, parse_groups
from content.facts import FactFile, parse_facts
from content.figures import FigureFile, parse_figures
from content.files import Tree, decode, display_name, read_bytes
from content.findings import Findings
from content.model import OfficeYear
from content.old_law import OldLawFile, parse_old_law
from content.outside import OutsideFile, parse_outside
from content.places import PlaceFile, parse_places
from content.policies import PolicyFile, parse_policies
from content.schedules import ScheduleFile, parse_schedules
from content.sessions import SessionFile, parse_sessions


@dataclasses.dataclass(frozen=True, slots=True)
class Files:
    """All files as read, with the findings of each. `ids` are those of every entry file, readable or not."""

    figures: FigureFile
    figure_findings: Findings
    places: PlaceFile
    place_findings: Findings
    groups: GroupFile
    group_findings: Findings
    policies: PolicyFile
    policy_findings: Findings
    facts: FactFile
    fact_findings: Findings
    old_law: OldLawFile
    old_law_findings: Findings
    outside: OutsideFile
    outside_findings: Findings
    office_years: Mapping[int, OfficeYear]
    days_off_findings: Findings
    entries: Mapping[str, tuple[EntryFile, Findings]]
    ids: frozenset[str]
    sessions: Mapping[str, tuple[SessionFile, Findings]]
    campaigns: tuple[tuple[CampaignFile, Findings], ...]
    schedules: ScheduleFile
    schedule_findings: Findings
    unreadable: tuple[Findings, ...]
    digest: str

    @property
    def findings(self) -> tuple[Findings, ...]:
        """Of every file, in no order."""
        return (
            *(findings for _, findings in self.entries.values()),
            *(findings for _, findings in self.sessions.values()),
            *(findings for _, findings in self.campaigns),
            *self.unreadable,
            *(self.figure_findings, self.place_findings, self.group_findings),
            *(self.policy_findings, self.fact_findings, self.old_law_findings),
            *(self.outside_findings, self.days_off_findings, self.schedule_findings),
        )


def read_files(root: Path, tree: Tree) -> Files:
    """Read the tree under `root`. Never raises for what a file holds; a missing optional file is an empty one."""
    digest = hashlib.sha256()

    def text_of(path: Path, *, required: bool = True) -> tuple[str | None, Findings]:
        findings = Findings(display_name(root, path))
        if not (required or path.exists()):
            return None, findings
        data = read_bytes(path, findings)
        digest.update(f"{findings.file}\0{len(data or b'')}\0".encode("utf-8", "surrogateescape") + (data or b""))
        return (None if data is None else decode(data, findings)), findings

    figure_text, figure_findings = text_of(tree.figures)
    place_text, place_findings = text_of(tree.places)
    group_text, group_findings = text_of(tree.groups)
    policy_text, policy_findings = text_of(tree.policies, required=False)
    fact_text, fact_findings = text_of(tree.facts, required=False)
    old_law_text, old_law_findings = text_of(tree.old_law, required=False)
    outside_text, outside_findings = text_of(tree.outside, required=False)
    schedule_text, schedule_findings = text_of(tree.schedules, required=False)
    days_off_text, days_off_findings = text_of(tree.days_off, required=False)
    entries: dict[str, tuple[EntryFile, Findings]] = {}
    unreadable = []
    ids = set()
    for path in tree.entries:
        group, slug = path.parent.name, path.stem
        ids.add(f"{group}.{slug}")
        text, findings = text_of(path)
        read = parse_entry(text, group, slug, findings) if text else None
        if read is None:
            unreadable.append(findings)
        else:
            entries[read.entry.id] = (read, findings)
    sessions: dict[str, tuple[SessionFile, Findings]] = {}
    for path in tree.sessions:
        text, findings = text_of(path)
        sessions[findings.file] = (parse_sessions(text, findings) if text else SessionFile((), {}), findings)
    campaigns = []
    for path in tree.campaigns:
        text, findings = text_of(path)
        series = parse_campaign(text, path.stem, findings) if text else None
        if series is None:
            unreadable.append(findings)
        else:
            campaigns.append((series, findings))
    return Files(
        figures=parse_figures(figure_text, figure_findings) if figure_text else FigureFile({}, {}, frozenset()),
        figure_findings=figure_findings,
        places=parse_places(place_text, place_findings) if place_text else PlaceFile((), {}),
        place_findings=place_findings,
        groups=parse_groups(group_text, group_findings) if group_text else GroupFile((), {}),
        group_findings=group_findings,
        policies=parse_policies(policy_text, policy_findings) if policy_text else PolicyFile((), {}),
        policy_findings=policy_findings,
        facts=parse_facts(fact_text, fact_findings) if fact_text else FactFile({}, {}, {}),
        fact_findings=fact_findings,
        old_law=parse_old_law(old_law_text, old_law_findings) if old_law_text else OldLawFile((), {}),
        old_law_findings=old_law_findings,
        outside=parse_outside(outside_text, outside_findings) if outside_text else OutsideFile({}, {}),
        outside_findings=outside_findings,
        office_years=parse_days_off(days_off_text, days_off_findings) if days_off_text else {},
        days_off_findings=days_off_findings,
        entries=entries,
        ids=frozenset(ids),
        sessions=sessions,
        campaigns=tuple(campaigns),
        schedules=parse_schedules(schedule_text, schedule_findings) if schedule_text else ScheduleFile((), {}),
        schedule_findings=schedule_findings,
        unreadable=tuple(unreadable),
        digest=digest.hexdigest(),
    )
