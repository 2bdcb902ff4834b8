"""What the templates show, made plain: words for codes, rows of lists. No database but names of units."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from flask import url_for

from anxin.plugin import Ctx, _, day, moment
from anxin_volunteers import words
from anxin_volunteers.models import (
    Call,
    Competence,
    Concern,
    HandOn,
    Member,
    Outside,
    Period,
    Post,
    Qualification,
    Slip,
    Visit,
    Volunteer,
)
from anxin_volunteers.policy import PLEDGE_VERSION
from anxin_volunteers.services.competence import KEPT
from anxin_volunteers.services.concerns import Read
from anxin_volunteers.services.coverage import Coverage, Row
from anxin_volunteers.services.people import Line
from anxin_volunteers.services.teams import Fit, Pick
from anxin_volunteers.services.units import Tree, tree

SIDE = 18  # of a square of the coverage picture, with its gap


def own(row: Volunteer | None) -> dict[str, Any]:
    """The actor's own standing, and the next step that is theirs."""
    state = row.state if row else "none"
    signed = row is not None and (row.pledge_version or 0) >= PLEDGE_VERSION
    return {
        "state": state,
        "state_text": words.STATES.get(state, ""),
        "serving": state in words.SERVING,
        "may_apply": state in ("none", "declined", "left"),
        "must_sign": state in words.SERVING and not signed,
        "signed": day(row.pledged_at) if row is not None and row.pledged_at is not None else None,
        "trial_until": day(row.trial_until)
        if row is not None and state == "trial" and row.trial_until
        else None,
    }


def todo() -> list[dict[str, Any]]:
    """Where those who serve go from here (macro item_list)."""
    return [
        {
            "href": url_for("volunteers.shift_list"),
            "icon": "calendar-check",
            "title": _("My shifts"),
            "text": _("Sign up, cancel, swap, say when you have time"),
        },
        {
            "href": url_for("volunteers.hour_list"),
            "icon": "star",
            "title": _("My hours"),
            "text": _("Hours, stars, certificates"),
        },
        {
            "href": url_for("volunteers.me"),
            "icon": "award",
            "title": _("My qualifications"),
            "text": _("Hand in certificates, see how long they hold"),
        },
        {
            "href": url_for("volunteers.course_offer"),
            "icon": "book-open",
            "title": _("Learning and meetings"),
            "text": _("Lessons, supervision, talking things over"),
        },
    ]


def call(row: Call, answers: int = 0) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "text": row.text,
        "public": row.public,
        "places": row.places,
        "until": day(row.closes_on) if row.closes_on else None,
        "state": row.state,
        "state_text": words.CALL_STATES[row.state],
        "answers": answers,
        "questions": row.questions,
    }


def volunteer(line: Line) -> dict[str, Any]:
    row = line.volunteer
    if isinstance(row, Outside):
        return outside(row)
    return {
        "id": row.id,
        "name": line.name,
        "outside": False,
        "unit": line.unit,
        "teams": "、".join(line.teams),
        "state": row.state,
        "state_text": words.STATES[row.state],
        "tone": words.TONES.get(row.state),
        "signed": (row.pledge_version or 0) >= PLEDGE_VERSION,
        "applied": day(row.applied_at),
        "href": url_for("volunteers.volunteer", volunteer=row.id),
    }


def outside(row: Outside) -> dict[str, Any]:
    """An application from outside, as a row among the volunteers."""
    return {
        "id": row.id,
        "name": row.name,
        "outside": True,
        "unit": "",
        "teams": "",
        "state": row.state,
        "state_text": words.OUTSIDE_STATES[row.state],
        "tone": words.TONES.get(row.state),
        "signed": False,
        "applied": day(row.applied_at),
        "href": url_for("volunteers.outside_read", application=row.id),
    }


def reach(row: Outside, *, arrives: bool, who: str) -> dict[str, Any]:
    """Whether somebody from outside has confirmed how they are reached, and what can be done about it."""
    if row.confirmed_at is not None:
        said = (
            _("Confirmed by the link that was sent to them, %(moment)s.", moment=moment(row.confirmed_at))
            if row.confirmed_by_way == "link"
            else _("%(name)s spoke to them, %(moment)s.", name=who, moment=moment(row.confirmed_at))
        )
        return {"tag": _("Confirmed"), "tone": "ok", "said": said, "waits": False, "arrives": arrives}
    if not arrives:
        said = _(
            "No mail server or text gateway is set up here that would reach them: messages lie as files on the server. "
            "Call them, and write down here that you did."
        )
    elif row.refused:
        said = _("The message could not be delivered (%(code)s). Call them.", code=row.refused)
    elif row.asked_at is None:
        said = _("No message was sent yet.")
    else:
        said = _("Asked %(moment)s; they have not opened the link yet.", moment=moment(row.asked_at))
    return {"tag": _("Not confirmed"), "tone": "warn", "said": said, "waits": True, "arrives": arrives}


def outside_state(row: Outside) -> dict[str, Any]:
    """What an applicant from outside reads."""
    title, said, tone = {
        "applied": (_("Your application has come in"), _("It is being looked at. You hear from us."), "info"),
        "approved": (
            _("You are welcome"),
            _("A link to sign in was sent to you. It works for seven days."),
            "ok",
        ),
        "declined": (
            _("It did not fit this time"),
            _("Thank you for offering to help. You are welcome to apply for another call."),
            "info",
        ),
    }[row.state]
    return {
        "title": title,
        "said": said,
        "tone": tone,
        "applied": day(row.applied_at),
        "may_withdraw": row.state != "approved",
    }


def pager(at: int, size: int, total: int, link: Callable[[int], str]) -> dict[str, Any]:
    """Arguments of the macro `pager`."""
    first = (at - 1) * size + 1
    last = min(at * size, total)
    return {
        "text": _("%(first)s–%(last)s of %(total)s", first=first if total else 0, last=last, total=total),
        "previous_href": link(at - 1) if at > 1 else None,
        "next_href": link(at + 1) if last < total else None,
    }


def qualification(row: Qualification, name: str, kind: Competence, today: date) -> dict[str, Any]:
    over = row.expires_on is not None and row.expires_on < today
    return {
        "id": row.id,
        "name": name,
        "title": kind.title,
        "state": "over" if over and row.state == "verified" else row.state,
        "state_text": _("Expired") if over and row.state == "verified" else words.HELD[row.state],
        "tone": "warn" if over or row.state == "claimed" else "ok" if row.state == "verified" else None,
        "issued": day(row.issued_on),
        "until": day(row.expires_on) if row.expires_on else _("for good"),
        "verified": row.state == "verified",
        "last": row.expires_on.isoformat() if row.expires_on else "",
        "proof": row.file_id is not None and row.made_at.date() + KEPT > today,
    }


def team(fit: Fit, units: Tree) -> dict[str, Any]:
    row = fit.team
    return {
        "id": row.id,
        "title": row.title,
        "kind": words.TEAM_KINDS[row.kind],
        "about": row.about,
        "area": units.name(row.unit_id) or _("everywhere"),
        "people": fit.people,
        "size": _("%(least)d to %(most)d people", least=row.least, most=row.most)
        if row.least < row.most
        else _("%(count)d people", count=row.most),
        "qualified": fit.qualified,
        "qualified_least": row.qualified_least,
        "problems": fit.problems,
        "closed": row.closed_at is not None,
        "href": url_for("volunteers.team", team=row.id),
    }


def member(row: Member, name: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": name,
        "part": row.part,
        "part_text": words.PARTS[row.part],
        "since": day(row.since),
    }


def pick(one: Pick) -> dict[str, Any]:
    return {
        "person_id": one.person_id,
        "name": one.name,
        "branch": one.branch,
        "qualified": one.qualified,
        "why": words.WHY[one.why],
    }


def post(row: Post, name: str) -> dict[str, Any]:
    return {"id": row.id, "name": name, "post_text": words.POSTS[row.post], "since": day(row.since)}


def posts(ctx: Ctx, rows: Sequence[Post]) -> list[dict[str, Any]]:
    """The own appointments with the names of their units."""
    return [
        {"post": row.post, "post_text": words.POSTS[row.post], "unit": tree(ctx).name(row.unit_id)}
        for row in rows
    ]


def coverage(found: Coverage, *, every: bool) -> dict[str, Any]:
    """Words, picture and table of the coverage map."""
    needing = [row for row in found.rows if row.needs]
    wanting = found.wanting
    shown = needing if every else wanting
    return {
        "total": len(needing),
        "covered": len(needing) - len(wanting),
        "gaps": sum(row.gap for row in wanting),
        "unsigned": sum(sum(row.unsigned.values()) for row in found.rows),
        "every": every,
        "branches": [_branch(name, rows) for name, rows in found.branches()],
        "rows": [_row(row, found.tree) for row in shown],
    }


def _branch(name: str, rows: Sequence[Row]) -> dict[str, Any]:
    missing = sum(1 for row in rows if row.gap)
    return {
        "name": name,
        "said": _("%(covered)d of %(total)d covered", covered=len(rows) - missing, total=len(rows)),
        "whole": not missing,
        "width": max(len(rows), 1) * SIDE,
        "squares": [
            {"x": at * SIDE, "gap": bool(row.gap), "name": row.node.name} for at, row in enumerate(rows)
        ],
    }


def _row(row: Row, units: Tree) -> dict[str, Any]:
    def said(numbers: dict[str, int]) -> str:
        return " · ".join(f"{words.POSTS[post]} {number}" for post, number in numbers.items()) or "—"

    return {
        "id": row.node.id,
        "name": row.node.name,
        "branch": units.name(row.branch),
        "depth": row.node.depth,
        "needs": said(row.needs),
        "people": said({post: row.people.get(post, 0) for post in row.needs}),
        "unsigned": sum(row.unsigned.values()),
        "gap": row.gap,
    }


# ---- the liaison network ---------------------------------------------------------------------------------


def slip(row: Slip) -> dict[str, Any]:
    return {
        "kind": words.SLIP_KINDS[row.kind],
        "state": row.state,
        "state_text": words.SLIP_STATES[row.state],
        "sent": moment(row.sent_at),
    }


def turn(row: HandOn, now: datetime) -> dict[str, Any]:
    """A code and a clock."""
    minutes = max(int((row.due_at - now).total_seconds() // 60), 0)
    return {
        "id": row.id,
        "code": row.code,
        "came": moment(row.made_at),
        "left": _("%(hours)d h %(minutes)d min left", hours=minutes // 60, minutes=minutes % 60),
        "late": minutes < 60,
    }


def concern(row: Concern, name: str) -> dict[str, Any]:
    return {
        "href": url_for("volunteers.concern", concern=row.id),
        "title": name,
        "text": moment(row.made_at),
        "tag": words.SLIP_STATES["handled"] if row.state == "handled" else _("Being handled"),
        "tone": None if row.state == "handled" else "warn",
    }


def concern_read(found: Read) -> dict[str, Any]:
    row = found.concern
    return {
        "id": row.id,
        "name": found.name,
        "person_id": row.person_id,
        "signs": [words.SIGNS[code] for code in found.facts["signs"]],
        "since": words.SINCE[found.facts["since"]],
        "text": found.facts["note"],
        "knows": row.knows,
        "urgent": row.urgent,
        "reporter": found.reporter,
        "came": moment(row.made_at),
        "handled": words.OUTCOMES[row.outcome] if row.outcome else None,
    }


def period(row: Period, reason: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "reason": words.REASONS.get(reason, reason),
        "days": _("%(first)s to %(last)s", first=day(row.starts_on), last=day(row.ends_on)),
        "by_self": row.by_self,
    }


def visit(row: Visit, what: dict[str, Any]) -> dict[str, Any]:
    return {
        "day": day(row.visited_on),
        "kind": words.VISITS[what["kind"]],
        "help": "、".join(str(words.HELP[code]) for code in what["help"]),
        "note": what["note"],
    }
