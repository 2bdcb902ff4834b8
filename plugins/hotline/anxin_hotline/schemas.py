"""What forms and API take and give, and the tenant's settings. Unknown keys are refused everywhere."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from anxin.plugin import Input, OptionalUUID, lazy
from anxin_hotline import forms, risk

TOKEN = validate.Regexp(r"^[A-Za-z0-9_-]{8,64}$", error=lazy("This form is not known; open it again."))  # type: ignore[arg-type]  (lazy text)
SHORT = validate.Length(max=200)
LONG = validate.Length(max=forms.TEXT)
OWN_FIELDS = 30


class EmptyInteger(fields.Integer):
    """A number that a form may leave empty."""

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return super().deserialize(None if value == "" else value, *args, **kwargs)


def _optional(check: Any = SHORT) -> fields.String:
    return fields.String(load_default="", validate=check)


class CallFields(Input):
    """What the log's form holds. Fields of the tenant's own form come as `x_<code>` and are gathered in `own`."""

    channel = _optional()
    topic = _optional()
    risk = EmptyInteger(load_default=None, allow_none=True, validate=validate.Range(0, 3))
    note = _optional(LONG)
    next = _optional()
    nature = fields.String(
        load_default="talk", validate=validate.OneOf(("talk", "silent", "abusive", "prank", "wrong"))
    )
    known = fields.String(
        load_default="anonymous", validate=validate.OneOf(("anonymous", "pseudonymous", "known"))
    )
    unit_id = OptionalUUID(load_default=None, allow_none=True)
    line_id = OptionalUUID(load_default=None, allow_none=True)
    c_code = _optional(validate.Length(max=20))
    c_name = _optional(validate.Length(max=60))
    c_number = _optional(validate.Length(max=40))
    c_place = _optional()
    c_agreed = fields.Boolean(load_default=False)
    r_ideation = _optional()
    r_plan = _optional()
    r_means = _optional()
    r_intent = _optional()
    r_before = _optional()
    r_alone = _optional()
    own = fields.Dict(keys=fields.String(), values=fields.String(validate=LONG), load_default=dict)

    @pre_load
    def gather(self, data: Any, **_kwargs: Any) -> Any:
        """The own fields of a form, whose names the tenant chose, into one."""
        if not isinstance(data, Mapping):
            return data
        plain = {name: data[name] for name in data}
        own = {str(name)[2:]: plain.pop(name) for name in list(plain) if str(name).startswith("x_")}
        if own:
            given = plain.get("own")
            plain["own"] = {**(given if isinstance(given, dict) else {}), **own}
        if isinstance(plain.get("own"), dict) and len(plain["own"]) > OWN_FIELDS:
            raise ValidationError({"own": [lazy("That is more than this form asks.")]})
        return plain


class SaveInput(CallFields):
    """A whole log, from the page. `token` is the form's handle."""

    token = fields.String(required=True, validate=TOKEN)
    form = EmptyInteger(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 100_000),
        metadata={"description": "the version of the form it was written with; empty: the one in use"},
    )


class CallInput(SaveInput):
    """A whole log, from the API: with the times of the call where they are known."""

    token = fields.String(
        required=True,
        validate=TOKEN,
        metadata={"description": "the client's own id: sent twice is saved once"},
    )
    started_at = fields.AwareDateTime(load_default=None, allow_none=True)
    answered_at = fields.AwareDateTime(load_default=None, allow_none=True)
    ended_at = fields.AwareDateTime(load_default=None, allow_none=True)


_NAMES = frozenset(CallFields().load_fields) - {"own"}


class HotlineDraftInput(Input):
    """What changed in a form since the last autosave; `n` is the count the browser last knew."""

    token = fields.String(required=True, validate=TOKEN)
    n = fields.Integer(load_default=0, validate=validate.Range(0, 10_000_000))
    fields_ = fields.Dict(
        keys=fields.String(validate=validate.Length(max=60)),
        values=fields.String(validate=LONG),
        required=True,
        data_key="fields",
    )

    @pre_load
    def known(self, data: Any, **_kwargs: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("fields"), Mapping):
            strange = [n for n in data["fields"] if str(n) not in _NAMES and not str(n).startswith("x_")]
            if strange or len(data["fields"]) > len(_NAMES) + OWN_FIELDS:
                raise ValidationError({"fields": [lazy("That is more than this form asks.")]})
        return data


class CallsInput(Input):
    topic = _optional()
    risk = EmptyInteger(load_default=None, allow_none=True, validate=validate.Range(0, 3))
    before = fields.AwareDateTime(load_default=None, allow_none=True)


class CallRiskInput(Input):
    """The structured questions. `alarm`: somebody is to come now, whatever the answers."""

    ideation = _optional(validate.OneOf(("", *dict(risk.options("ideation")))))
    plan = _optional(validate.OneOf(("", *dict(risk.options("plan")))))
    means = _optional(validate.OneOf(("", *dict(risk.options("means")))))
    intent = _optional(validate.OneOf(("", *dict(risk.options("intent")))))
    before = _optional(validate.OneOf(("", *dict(risk.options("before")))))
    alone = _optional(validate.OneOf(("", *dict(risk.options("alone")))))
    place = _optional(validate.Length(max=400))
    emergency = _optional(validate.Length(max=400))
    alarm = fields.Boolean(load_default=False)


class CallActInput(Input):
    kind = fields.String(required=True, validate=validate.OneOf(risk.ACTS))
    note = _optional(LONG)


class HotlineAttributeInput(Input):
    """To which employer a call of the agency's line belongs, by the contract with it."""

    contract_id = fields.UUID(required=True)


class HotlineEmployerOutput(Schema):
    """An employer the actor answers calls for."""

    contract_id = fields.UUID(attribute="contract.id")
    number = fields.String(attribute="contract.number")
    name = fields.String(attribute="employer.name")


class HotlineLineInput(Input):
    name = fields.String(required=True, validate=validate.Length(1, 60))
    number = _optional(validate.Length(max=40))
    seats = fields.Integer(required=True, validate=validate.Range(1, 50))
    is_national = fields.Boolean(load_default=False)
    is_open = fields.Boolean(load_default=False)
    fallback_name = _optional(validate.Length(max=60))
    fallback_number = _optional(validate.Length(max=40))
    closed_days = fields.String(load_default="", validate=validate.Length(max=4000))
    mon = _optional()
    tue = _optional()
    wed = _optional()
    thu = _optional()
    fri = _optional()
    sat = _optional()
    sun = _optional()


class WeekInput(Input):
    week = fields.Date(load_default=None, allow_none=True)


class LineShiftInput(Input):
    person_id = fields.UUID(required=True)
    day = fields.Date(required=True)
    since = fields.Time(required=True, format="%H:%M")
    until = fields.Time(required=True, format="%H:%M")
    weeks = fields.Integer(load_default=1, validate=validate.Range(1, 26))


class HotlineFormLine(Input):
    """One line of a list: its words, and the code it keeps for ever (empty: a new line)."""

    code = _optional(validate.Length(max=31))
    zh = _optional()
    en = _optional()


class HotlineFormNext(HotlineFormLine):
    to = _optional(validate.OneOf(("", *forms.LEADS_TO)))
    days = EmptyInteger(load_default=None, allow_none=True)


class HotlineFormField(HotlineFormLine):
    kind = fields.String(load_default="text", validate=validate.OneOf(forms.KINDS))
    options = fields.List(fields.Nested(HotlineFormLine), load_default=list, validate=validate.Length(max=30))


class HotlineFormScript(HotlineFormLine):
    lines_zh = fields.List(fields.String(), load_default=list, validate=validate.Length(max=60))
    lines_en = fields.List(fields.String(), load_default=list, validate=validate.Length(max=60))


def _rows(line: type[Input], **named: Any) -> fields.List:
    return fields.List(fields.Nested(line), load_default=list, validate=validate.Length(max=40), **named)


class HotlineFormDefinition(Input):
    """The lists of a form in their order: the n-th line is picked by the digit n."""

    channels = _rows(HotlineFormLine)
    topics = _rows(HotlineFormLine)
    next = _rows(HotlineFormNext)
    referrals = _rows(HotlineFormLine)
    fields_ = _rows(HotlineFormField, data_key="fields", attribute="fields")
    scripts = _rows(HotlineFormScript)


class HotlineFormInput(Input):
    """A draft. `mark`: the one that was read; refused when somebody changed the draft since."""

    definition = fields.Nested(HotlineFormDefinition, required=True)
    mark = _optional(validate.Length(max=16))


class HotlineFormPageInput(Input):
    """The page of a draft: each line's fields are called like `topics-0-zh`; answers and sayings are one a line."""

    told = fields.Nested(HotlineFormDefinition, required=True)
    mark = _optional(validate.Length(max=16))
    move = _optional(validate.Regexp(r"^$|^(channels|topics|next|referrals|fields|scripts):[0-9]{1,2}$"))

    @pre_load
    def gather(self, data: Any, **_kwargs: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        told: dict[str, dict[int, dict[str, Any]]] = {}
        plain: dict[str, Any] = {}
        for name in data:
            which, _dash, rest = str(name).partition("-")
            place, _dash, what = rest.partition("-")
            if place.isdigit() and len(place) <= 2 and what:
                told.setdefault(which, {}).setdefault(int(place), {})[what] = _of_page(what, str(data[name]))
            else:
                plain[name] = data[name]
        most = {which: max(rows) + 1 for which, rows in told.items()}
        lists = {which: [rows.get(place, {}) for place in range(most[which])] for which, rows in told.items()}
        return plain | {"told": lists}


def _of_page(what: str, text: str) -> Any:
    """A page's text as the definition has it: lists are written one a line, an answer as “中文 | English”."""
    if what == "options":
        parts = (line.replace("｜", "|").partition("|") for line in text.splitlines() if line.strip())
        return [{"zh": zh.strip(), "en": en.strip()} for zh, _bar, en in parts]
    return text.splitlines() if what.startswith("lines_") else text


class HotlineSummaryLine(Schema):
    """A summary that was made after its month had closed."""

    month = fields.String()
    made_at = fields.AwareDateTime()


class HotlineVersionLine(Schema):
    """A version of the form; 0 is the one everybody starts with."""

    version = fields.Integer()
    published_at = fields.AwareDateTime(allow_none=True)


class HotlineFormOutput(HotlineVersionLine):
    definition = fields.Dict()


class HotlineFormDraftOutput(Schema):
    """`kept` false: nobody has begun a draft, and this is what one would begin with."""

    version = fields.Integer()
    definition = fields.Dict()
    mark = fields.String()
    kept = fields.Boolean()


class CallLine(Schema):
    """A call without its words."""

    id = fields.UUID()
    code = fields.String()
    state = fields.String()
    line_id = fields.UUID(allow_none=True)
    operator_id = fields.UUID(allow_none=True)
    caller_id = fields.UUID(allow_none=True)
    channel = fields.String(allow_none=True)
    topic = fields.String(allow_none=True)
    risk = fields.Integer(allow_none=True)
    next = fields.String(allow_none=True)
    known = fields.String()
    nature = fields.String()
    crisis_id = fields.UUID(allow_none=True)
    started_at = fields.AwareDateTime()
    answered_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    logged_at = fields.AwareDateTime(allow_none=True)


class CallOutput(CallLine):
    note = fields.String(allow_none=True)
    answers = fields.Dict()


class CallSavedOutput(Schema):
    id = fields.UUID()
    code = fields.String()
    level = fields.Integer()
    crisis_id = fields.UUID(allow_none=True)


class DraftKeptOutput(Schema):
    call_id = fields.UUID()
    n = fields.Integer()
    level = fields.Integer()
    changes = fields.Dict()


class CallLevelOutput(Schema):
    level = fields.Integer()


class HotlineLineOutput(Schema):
    id = fields.UUID()
    name = fields.String()
    number = fields.String()
    seats = fields.Integer()
    hours = fields.Dict()
    closed_days = fields.List(fields.String())
    is_open = fields.Boolean()
    is_national = fields.Boolean()
    fallback_name = fields.String()
    fallback_number = fields.String()


class LineGapOutput(Schema):
    line_id = fields.UUID()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    seats = fields.Integer()
    people = fields.Integer()


class LineTurnOutput(Schema):
    id = fields.UUID()
    line_id = fields.UUID()
    person_id = fields.UUID()
    name = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    offered = fields.Boolean()
    counts = fields.Boolean()


class Settings(Input):
    """A union's rules for its hotline. Keeping times are at least what the guide asks: they may only be longer."""

    take_back_hours = fields.Integer(load_default=72, strict=True, validate=validate.Range(1, 720))
    follow_up_tries = fields.Integer(load_default=3, strict=True, validate=validate.Range(1, 10))
    sample_percent = fields.Integer(load_default=5, strict=True, validate=validate.Range(1, 100))
    sample_new_calls = fields.Integer(load_default=5, strict=True, validate=validate.Range(0, 50))
    review_hours = fields.Integer(load_default=72, strict=True, validate=validate.Range(1, 336))
    handover_minutes = fields.Integer(load_default=30, strict=True, validate=validate.Range(5, 240))
    least_group = fields.Integer(load_default=5, strict=True, validate=validate.Range(5, 1000))
    least_class = fields.Integer(load_default=10, strict=True, validate=validate.Range(10, 1000))
    false_alarms_a_year = fields.Integer(load_default=6, strict=True, validate=validate.Range(1, 52))
    alert_owner = fields.String(load_default="", validate=validate.Length(max=64))


class PbxInput(Input):
    """One event of the telephone system. `event` is its own id of the event, `call` of the call."""

    event = fields.String(required=True, validate=validate.Length(1, 120))
    call = fields.String(required=True, validate=validate.Length(1, 120))
    kind = fields.String(required=True, validate=validate.OneOf(("start", "answer", "end", "abandoned")))
    at = fields.AwareDateTime(required=True)
    number = fields.String(load_default="", validate=validate.Length(max=40))
    seat = fields.String(load_default="", validate=validate.Length(max=60))


class HotlineHandoverInput(Input):
    line_id = fields.UUID(required=True)
    note = fields.String(required=True, validate=LONG)


class HotlineHandoverOutput(Schema):
    id = fields.UUID()
    line_id = fields.UUID()
    from_id = fields.UUID()
    made_at = fields.AwareDateTime()
    acknowledged_at = fields.AwareDateTime(allow_none=True)
    counts = fields.Dict()


class HotlineFlagInput(Input):
    kind = fields.String(required=True, validate=validate.OneOf(("silent", "repeat", "abusive", "agreement")))
    days = fields.Integer(load_default=30, validate=validate.Range(1, 180))
    note = _optional(LONG)


class HotlineMergeInput(Input):
    """`other` is the other caller's code, or the number of one of their calls."""

    other = fields.String(required=True, validate=validate.Length(4, 20))


class HotlineClaimInput(Input):
    code = fields.String(required=True, validate=validate.Length(4, 20))


class HotlineAttemptInput(Input):
    result = fields.String(
        required=True, validate=validate.OneOf(("reached", "no_answer", "refused", "wrong"))
    )
    note = _optional(LONG)


class HotlinePlanInput(Input):
    days = fields.Integer(required=True, validate=validate.Range(0, 90))
    what = fields.String(
        load_default="check_in", validate=validate.OneOf(("call_back", "check_in", "supervisor"))
    )


class HotlineReferInput(Input):
    to = fields.String(required=True, validate=SHORT)


class HotlineSettleInput(Input):
    state = fields.String(required=True, validate=validate.OneOf(("accepted", "arrived", "declined", "lost")))
    note = _optional(LONG)


class HotlineFollowUpOutput(Schema):
    id = fields.UUID()
    call_id = fields.UUID()
    kind = fields.String()
    state = fields.String()
    due_at = fields.AwareDateTime()
    assigned_to = fields.UUID(allow_none=True)
    attempts = fields.Integer()
    outcome = fields.String(allow_none=True)


class HotlineReferralOutput(Schema):
    id = fields.UUID()
    call_id = fields.UUID()
    to = fields.String()
    state = fields.String()
    chase_at = fields.AwareDateTime()


def _mark() -> fields.Integer:
    return EmptyInteger(load_default=0, validate=validate.Range(0, 5))


class HotlineReviewInput(Input):
    """Marks from 1 to 5 and words to the operator."""

    contact = _mark()
    risk = _mark()
    help = _mark()
    record = _mark()
    feedback = _optional(LONG)


class HotlineSummaryInput(Input):
    format = fields.String(required=True, validate=validate.OneOf(("pdf", "xlsx")))


class HotlineHandledInput(Input):
    done = _optional(LONG)


class HotlineImportInput(Input):
    """Which column holds what: the number of the column, empty for none."""

    at = EmptyInteger(load_default=None, allow_none=True, validate=validate.Range(0, 500))
    note = EmptyInteger(load_default=None, allow_none=True, validate=validate.Range(0, 500))
    topic = EmptyInteger(load_default=None, allow_none=True, validate=validate.Range(0, 500))
    risk = EmptyInteger(load_default=None, allow_none=True, validate=validate.Range(0, 500))
    channel = EmptyInteger(load_default=None, allow_none=True, validate=validate.Range(0, 500))
    next = EmptyInteger(load_default=None, allow_none=True, validate=validate.Range(0, 500))
    number = EmptyInteger(load_default=None, allow_none=True, validate=validate.Range(0, 500))


class HotlineOnCallInput(Input):
    call = fields.String(required=True, validate=validate.Length(1, 120))


class HotlineOnCallOutput(CallLine):
    token = fields.String(metadata={"description": "the handle of its form: save the log with it"})


class HotlineReviewLine(Schema):
    id = fields.UUID()
    call_id = fields.UUID()
    operator_id = fields.UUID()
    reason = fields.String()
    state = fields.String()
    expires_at = fields.AwareDateTime(allow_none=True)


class HotlineFlagOutput(Schema):
    """A mark on a caller, which ends by itself."""

    id = fields.UUID()
    kind = fields.String()
    until = fields.AwareDateTime()
    note = fields.String()


class HotlineMergeOutput(Schema):
    id = fields.UUID()
    gone_id = fields.UUID()
    calls = fields.List(fields.String())
    made_at = fields.AwareDateTime()


class HotlineCallerOutput(Schema):
    """A caller's card: what they left, their code, marks, calls without words, what was put together."""

    id = fields.UUID()
    contact = fields.Dict()
    code = fields.String(allow_none=True)
    person_id = fields.UUID(allow_none=True)
    merged_into = fields.UUID(allow_none=True)
    flags = fields.List(fields.Nested(HotlineFlagOutput))
    calls = fields.List(fields.Nested(CallLine))
    merges = fields.List(fields.Nested(HotlineMergeOutput))


class HotlineCodeOutput(Schema):
    code = fields.String()


class HotlineSheetOutput(HotlineHandoverOutput):
    """A hand-over sheet with its words."""

    note = fields.String()


class HotlineFeedbackOutput(Schema):
    """What a supervisor said about one of the own calls."""

    id = fields.UUID(attribute="review.id")
    call = fields.String(attribute="call_code")
    marks = fields.Dict(attribute="review.marks")
    words = fields.String()
    by = fields.String()
    done_at = fields.AwareDateTime(attribute="review.done_at", allow_none=True)
    read_at = fields.AwareDateTime(attribute="review.read_at", allow_none=True)


class HotlineOperatorOutput(Schema):
    """One operator's last thirty days, for supervisors."""

    person_id = fields.UUID()
    calls = fields.Integer()
    danger = fields.Integer()
    minutes = fields.Float()
    late_logs = fields.Integer()
    follow_ups = fields.Integer()
    mark = fields.Float(allow_none=True)


class HotlineAlertOutput(Schema):
    id = fields.UUID()
    kind = fields.String()
    topic = fields.String(allow_none=True)
    unit_id = fields.UUID(allow_none=True)
    at_least = fields.Integer(allow_none=True)
    usual = fields.Integer(allow_none=True)
    state = fields.String()
    raised_at = fields.AwareDateTime()
    done = fields.String()


class HotlineClassOutput(Schema):
    """One class of a histogram; `callers` is null where too few."""

    codes = fields.List(fields.String(), attribute="bands")
    callers = fields.Function(lambda one: one.count.value)


class HotlineMonthOutput(Schema):
    """One closed month. Null where too few."""

    month = fields.String(attribute="name")
    callers = fields.Function(lambda one: one.callers.value)
    calls_at_least = fields.Function(lambda one: one.calls.value)
    abandoned_at_least = fields.Function(lambda one: one.abandoned.value)
    topics = fields.List(fields.Nested(HotlineClassOutput))
    risks = fields.List(fields.Nested(HotlineClassOutput))
    outcomes = fields.List(fields.Nested(HotlineClassOutput))
    hours = fields.List(fields.Nested(HotlineClassOutput))
