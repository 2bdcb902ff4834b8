"""The plugin's words: who may do what, what people are asked to agree to, what is written down about it."""

from uuid import UUID

from anxin.plugin import Entry, NoticeKind, Permission, Purpose, entry, lazy

TAKE = Permission(
    "assessments.take",
    lazy("Take self-tests and see the own results"),
    scope="own",
    suggested_roles=("employee",),
)
READ_RESULT = Permission(
    "assessments.result.read",
    lazy("Read the results of people you work with"),
    scope="assigned",
    clinical=True,
    suggested_roles=("duty", "counsellor", "supervisor"),
)
MANAGE_CAMPAIGN = Permission(
    "assessments.campaign.manage",
    lazy("Plan and run assessment campaigns"),
    scope="tenant",
    suggested_roles=("union_admin",),
)
READ_FIGURES = Permission(
    "assessments.figures.read",
    lazy("See assessment figures, never a person's"),
    scope="tenant",
    suggested_roles=("union_admin", "officer"),
)
RUN_DEVICE = Permission(
    "assessments.device.run",
    lazy("Open shared devices for assessments and hand out slips"),
    scope="tenant",
    suggested_roles=("union_admin", "duty", "counsellor", "supervisor"),
)
KEY_PAPER = Permission(
    "assessments.paper.key",
    lazy("Key answers from paper, settle differences"),
    scope="tenant",
    clinical=True,
    suggested_roles=("duty", "counsellor", "supervisor"),
)

SELF = Purpose(
    name="assessments.self",
    title=lazy("Self-tests about how you feel"),
    version=1,
    sensitive=True,
    data_classes=("assessment",),
    text=lazy(
        "What happens: you answer questions about how you have been, we score them and show you the result.\n"
        "Who sees it: you alone. Your employer and your union see only numbers of large enough groups. "
        "When an answer says that you may hurt yourself, or a result says that things are very hard, the "
        "counsellor on duty is told that you need a call; nothing else is opened.\n"
        "How long: five years, then it is deleted.\n"
        "You may say no, and you may withdraw at any time under “Me”; then nobody can open your answers."
    ),
)
SHARE = Purpose(
    name="assessments.share",
    title=lazy("Let the counsellors read your results"),
    version=1,
    sensitive=True,
    data_classes=("assessment",),
    recipient=lazy("The counsellors of the contracted agency who work with you"),
    requires="assessments.self",
    text=lazy(
        "What happens: the counsellors of the contracted agency who work with you may open your answers and "
        "results, to prepare a talk and to see whether it helps.\n"
        "Who sees it: those counsellors and their supervisor, never your employer or your union. Every look "
        "is written down, and you can see it under “Who looked at my information”.\n"
        "How long: while you work together, and as long as the results themselves are kept.\n"
        "You may say no and still use the self-tests; you may withdraw at any time under “Me”, and the next "
        "look is refused."
    ),
)


SURVEY = Purpose(
    name="assessments.survey",
    title=lazy("Surveys about needs and satisfaction"),
    version=1,
    data_classes=("survey",),
    text=lazy(
        "What happens: you answer questions your union asks about needs and satisfaction; they are counted.\n"
        "Who sees it: the union sees figures of large enough groups, and words written freely without a name, "
        "once at least ten people wrote some. Nobody sees who answered what.\n"
        "How long: your own answers two years, then they are deleted.\n"
        "You may say no, and you may withdraw at any time under “Me”; then nobody can open your answers."
    ),
)
ANONYMOUS = Purpose(
    name="assessments.anonymous",
    title=lazy("Answering anonymously"),
    version=1,
    data_classes=("participation",),
    text=lazy(
        "What happens: you take one ticket and answer with it. That you took a ticket is kept, so that nobody "
        "takes two; which ticket, and what was answered with it, is not.\n"
        "Who sees it: the answers are counted together with many others. Once they are shuffled with others, nobody "
        "can tell whose they are, not even from the database. So nobody can call you either: when an answer says that "
        "you may hurt yourself, the page shows you whom you can call, and that is all it can do.\n"
        "How long: that you took a ticket, for five years; the answers have no person and stay.\n"
        "You may say no. What was handed in cannot be taken back, because nobody can find it."
    ),
)


@entry("assessments.ticket_taken", line=lazy("Took a ticket for an anonymous campaign"))
class TicketTaken(Entry):
    campaign_id: UUID
    subject_id: UUID | None = None


@entry("assessments.started", line=lazy("Started a self-test"))
class SheetStarted(Entry):
    sheet_id: UUID
    instrument: str
    campaign_id: UUID | None = None
    subject_id: UUID | None = None


@entry("assessments.submitted", line=lazy("Finished a self-test"))
class SheetSubmitted(Entry):
    sheet_id: UUID
    result_id: UUID
    instrument: str
    campaign_id: UUID | None = None
    subject_id: UUID | None = None


@entry("assessments.risk_answered", line=lazy("An answer asked for help; the counsellor on duty was told"))
class RiskAnswered(Entry):
    sheet_id: UUID
    instrument: str
    item: int
    level: int
    subject_id: UUID | None = None


@entry("assessments.attention", line=lazy("A result asked for attention; the counsellors were told"))
class AttentionRaised(Entry):
    sheet_id: UUID
    instrument: str
    level: int
    subject_id: UUID | None = None


@entry("assessments.contact_wished", line=lazy("Asked for a counsellor's call"))
class ContactWished(Entry):
    sheet_id: UUID
    instrument: str
    subject_id: UUID | None = None


@entry("assessments.interpreted", line=lazy("Wrote an interpretation of a result"))
class InterpretationSent(Entry):
    outcome_id: UUID
    with_plan: bool
    subject_id: UUID | None = None


@entry("assessments.results_read", line=lazy("Read assessment results"), read=True)
class ResultsRead(Entry):
    results: int
    fields: tuple[str, ...] = ("answers", "scores")
    subject_id: UUID | None = None


@entry("assessments.result_printed", line=lazy("Had the own result printed"))
class ResultPrinted(Entry):
    outcome_id: UUID
    subject_id: UUID | None = None


@entry("assessments.reminder_set", line=lazy("Asked to be reminded of a self-test"))
class ReminderSet(Entry):
    instrument: str
    subject_id: UUID | None = None


@entry("assessments.declined", line=lazy("Declined to take part in a campaign"))
class Declined(Entry):
    campaign_id: UUID
    subject_id: UUID | None = None


@entry("assessments.campaign_created", line=lazy("Created an assessment campaign"))
class CampaignCreated(Entry):
    campaign_id: UUID


@entry("assessments.campaign_published", line=lazy("Published an assessment campaign"))
class CampaignPublished(Entry):
    campaign_id: UUID


@entry("assessments.campaign_closed", line=lazy("Closed an assessment campaign"))
class CampaignClosed(Entry):
    campaign_id: UUID


@entry("assessments.campaign_paused", line=lazy("Paused an assessment campaign"))
class CampaignPaused(Entry):
    campaign_id: UUID


@entry("assessments.campaign_resumed", line=lazy("Let a paused assessment campaign go on"))
class CampaignResumed(Entry):
    campaign_id: UUID


@entry("assessments.campaign_extended", line=lazy("Gave an assessment campaign a later last day"))
class CampaignExtended(Entry):
    campaign_id: UUID


@entry("assessments.reminded", line=lazy("Reminded people of a campaign"))
class CampaignReminded(Entry):
    campaign_id: (
        UUID  # how many were silent is not written down: it would be a figure past disclosure control
    )


@entry("assessments.device_opened", line=lazy("Opened a shared device for a campaign"))
class DeviceOpened(Entry):
    device_id: UUID
    campaign_id: UUID
    supervised: bool


@entry("assessments.device_closed", line=lazy("Closed a shared device"))
class DeviceClosed(Entry):
    device_id: UUID


@entry("assessments.slips_handed_out", line=lazy("Made slips for a shared device"))
class SlipsHandedOut(Entry):
    device_id: UUID
    slips: int


@entry("assessments.seat_ended", line=lazy("Ended a sitting on a shared device"))
class SeatEnded(Entry):
    device_id: UUID
    number: int


@entry("assessments.sat_down", line=lazy("Sat down at a shared device with the own number and a slip"))
class SatDown(Entry):
    device_id: UUID
    subject_id: UUID | None = None


@entry("assessments.forms_printed", line=lazy("Had forms for paper printed"))
class FormsPrinted(Entry):
    campaign_id: UUID
    forms: int


@entry("assessments.tickets_printed", line=lazy("Had tickets of an anonymous campaign printed as slips"))
class TicketsPrinted(Entry):
    campaign_id: UUID
    slips: int


@entry("assessments.slip_voided", line=lazy("Made a slip of an anonymous campaign void"))
class SlipVoided(Entry):
    campaign_id: UUID


@entry("assessments.blank_printed", line=lazy("Had the blank sheet of an anonymous campaign printed"))
class BlankPrinted(Entry):
    campaign_id: UUID


@entry("assessments.paper_keyed", line=lazy("Keyed answers from paper"))
class PaperKeyed(Entry):
    paper_id: UUID
    subject_id: UUID | None = None


@entry("assessments.paper_compared", line=lazy("Compared what two people keyed from paper"), read=True)
class PaperCompared(Entry):
    paper_id: UUID
    fields: tuple[str, ...] = ("answers",)
    subject_id: UUID | None = None


@entry("assessments.paper_settled", line=lazy("Took in answers from paper"))
class PaperSettled(Entry):
    paper_id: UUID
    subject_id: UUID | None = None


@entry("assessments.paper_discarded", line=lazy("Discarded what was keyed from paper"))
class PaperDiscarded(Entry):
    paper_id: UUID
    subject_id: UUID | None = None


@entry("assessments.figures_read", line=lazy("Looked at the figures of a campaign"), read=True)
class FiguresRead(Entry):
    campaign_id: UUID


@entry("assessments.report_made", line=lazy("Had a group report made"), read=True)
class ReportMade(Entry):
    campaign_id: UUID
    form: str


@entry("assessments.erased", line=lazy("Erased the assessments of a person"))
class AssessmentsErased(Entry):
    sheets: int
    subject_id: UUID | None = None


@entry(
    "assessments.wording_brought",
    line=lazy("Brought the licensed words of an instrument, with their licence"),
)
class WordingBrought(Entry):
    wording_id: UUID
    instrument: str
    locale: str


@entry("assessments.wording_retired", line=lazy("Stopped showing the licensed words of an instrument"))
class WordingRetired(Entry):
    wording_id: UUID
    instrument: str
    locale: str


@entry("assessments.licence_read", line=lazy("Opened the licence of an instrument"), read=True)
class LicenceRead(Entry):
    wording_id: UUID
    instrument: str


@entry("assessments.questionnaire_changed", line=lazy("Wrote or changed a questionnaire"))
class QuestionnaireChanged(Entry):
    questionnaire_id: UUID


@entry("assessments.questionnaire_published", line=lazy("Published a questionnaire"))
class QuestionnairePublished(Entry):
    questionnaire_id: UUID
    version: int


@entry("assessments.questionnaire_closed", line=lazy("Closed a questionnaire"))
class QuestionnaireClosed(Entry):
    questionnaire_id: UUID


@entry(
    "assessments.questionnaire_figures_read", line=lazy("Looked at the figures of a questionnaire"), read=True
)
class QuestionnaireFiguresRead(Entry):
    questionnaire_id: UUID


@entry("assessments.replied", line=lazy("Answered a questionnaire"))
class ReplySubmitted(Entry):
    reply_id: UUID
    subject_id: UUID | None = None


@entry("assessments.recalculated", line=lazy("A corrected key scored a self-test again; both results stay"))
class Recalculated(Entry):
    sheet_id: UUID
    result_id: UUID
    instrument: str
    subject_id: UUID | None = None


ENTRIES = [
    TicketTaken,
    SheetStarted,
    SheetSubmitted,
    RiskAnswered,
    AttentionRaised,
    ContactWished,
    InterpretationSent,
    ResultsRead,
    ResultPrinted,
    ReminderSet,
    Declined,
    CampaignCreated,
    CampaignPublished,
    CampaignClosed,
    CampaignPaused,
    CampaignResumed,
    CampaignExtended,
    CampaignReminded,
    DeviceOpened,
    DeviceClosed,
    SlipsHandedOut,
    SeatEnded,
    SatDown,
    FormsPrinted,
    TicketsPrinted,
    SlipVoided,
    BlankPrinted,
    PaperKeyed,
    PaperCompared,
    PaperSettled,
    PaperDiscarded,
    FiguresRead,
    ReportMade,
    AssessmentsErased,
    WordingBrought,
    WordingRetired,
    LicenceRead,
    QuestionnaireChanged,
    QuestionnairePublished,
    QuestionnaireClosed,
    QuestionnaireFiguresRead,
    ReplySubmitted,
    Recalculated,
]
AGAIN = NoticeKind(
    "assessments.again", lazy("You asked to be reminded of something. Please sign in to see it.")
)
ENDING = NoticeKind("assessments.ending", lazy("Something for you ends soon. Please sign in to see it."))
INVITED = NoticeKind("assessments.invited", lazy("There is something new for you. Please sign in to see it."))
INTERPRETED = NoticeKind("assessments.interpreted", lazy("Somebody wrote to you. Please sign in to read it."))
RETEST = NoticeKind(
    "assessments.retest", lazy("Some time has passed. Please sign in if you want to look again.")
)
SEATED = NoticeKind(
    "assessments.seated",
    lazy(
        "Your employee number was just used on a shared device. If that was not you, please tell your union."
    ),
)
NOTICES = [SEATED, AGAIN, ENDING, INVITED, INTERPRETED, RETEST]
PERMISSIONS = [TAKE, READ_RESULT, MANAGE_CAMPAIGN, READ_FIGURES, RUN_DEVICE, KEY_PAPER]
PURPOSES = [SELF, SHARE, SURVEY, ANONYMOUS]
