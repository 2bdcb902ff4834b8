"""What the identity room writes into the audit trail."""

from uuid import UUID

from anxin.kernel.entry import Entry, entry
from anxin.kernel.i18n import lazy


@entry("identity.signed_in", line=lazy("Signed in"))
class SignedIn(Entry):
    subject_id: UUID
    method: str
    second: bool = False


@entry("identity.sign_in_refused", line=lazy("A sign-in was refused"))
class SignInRefusedEntry(Entry):
    code: str
    method: str
    provider_id: UUID | None = None
    subject_id: UUID | None = None


@entry("identity.signed_out", line=lazy("Signed out"))
class SignedOut(Entry):
    subject_id: UUID


@entry("identity.session_ended", line=lazy("Ended a session"))
class SessionEnded(Entry):
    subject_id: UUID
    session_id: UUID | None = None
    count: int | None = None


@entry("identity.account_linked", line=lazy("Linked the employer's account"))
class AccountLinked(Entry):
    subject_id: UUID
    provider_id: UUID


@entry("identity.person_added", line=lazy("Added a person"))
class PersonAdded(Entry):
    subject_id: UUID
    how: str


@entry("identity.person_changed", line=lazy("Changed a person's record"))
class PersonChanged(Entry):
    subject_id: UUID
    fields: tuple[str, ...]


@entry("identity.person_left", line=lazy("Recorded that a person left"))
class PersonLeftEntry(Entry):
    subject_id: UUID


@entry("identity.person_returned", line=lazy("Recorded that a person came back"))
class PersonReturned(Entry):
    subject_id: UUID


@entry("identity.people_read", line=lazy("Looked at the list of people"), read=True)
class PeopleRead(Entry):
    count: int


@entry("identity.person_read", line=lazy("Looked at the personal record"), read=True)
class PersonRead(Entry):
    subject_id: UUID
    fields: tuple[str, ...]


@entry("identity.roster_imported", line=lazy("Imported a roster"))
class RosterImported(Entry):
    added: int
    changed: int
    unchanged: int
    left: int
    refused: int


@entry("identity.roster_brought", line=lazy("Uploaded a roster or a list"))
class RosterBrought(Entry):
    import_id: UUID


@entry("identity.headings_matched", line=lazy("Matched the columns of a roster"))
class HeadingsMatched(Entry):
    import_id: UUID


@entry("identity.roster_started", line=lazy("Started the import of a roster or a list"))
class RosterStarted(Entry):
    import_id: UUID
    leavers: int | None = None


@entry("identity.failures_fetched", line=lazy("Fetched the rows that could not be imported"), read=True)
class FailuresFetched(Entry):
    import_id: UUID


@entry("identity.people_exported", line=lazy("Exported the list of people"), read=True)
class PeopleExported(Entry):
    count: int


@entry("identity.group_defined", line=lazy("Named a group for special help"))
class GroupDefined(Entry):
    group_id: UUID


@entry("identity.group_closed", line=lazy("Ended a group for special help"))
class GroupClosed(Entry):
    group_id: UUID


@entry("identity.group_listed", line=lazy("Brought a list into a group for special help"))
class GroupListed(Entry):
    group_id: UUID
    rows: int
    refused: int


@entry("identity.groups_read", line=lazy("Looked which groups for special help a person is in"), read=True)
class GroupsRead(Entry):
    subject_id: UUID


@entry("identity.role_given", line=lazy("Gave a role"))
class RoleGiven(Entry):
    subject_id: UUID
    role: str
    unit_id: UUID | None = None


@entry("identity.role_taken", line=lazy("Took a role back"))
class RoleTaken(Entry):
    subject_id: UUID
    role: str


@entry("identity.role_changed", line=lazy("Changed what a role may do"))
class RoleChanged(Entry):
    role: str
    grants: tuple[str, ...]


@entry("identity.link_made", line=lazy("Made a single-use sign-in link"))
class LinkMade(Entry):
    subject_id: UUID
    kind: str


@entry("identity.passphrase_set", line=lazy("Set a passphrase"))
class PassphraseSet(Entry):
    subject_id: UUID
    how: str


@entry("identity.token_made", line=lazy("Made an access token"))
class TokenMade(Entry):
    subject_id: UUID
    token_id: UUID


@entry("identity.provider_saved", line=lazy("Saved a sign-in provider"))
class ProviderSaved(Entry):
    provider_id: UUID


@entry(
    "identity.provider_refused", line=lazy("A sign-in provider was not saved: its description was refused")
)
class ProviderRefused(Entry):
    name: str
    code: str


@entry("identity.provider_removed", line=lazy("Switched a sign-in provider off"))
class ProviderRemoved(Entry):
    provider_id: UUID


@entry("identity.messenger_saved", line=lazy("Set up signing in with a messenger"))
class MessengerSaved(Entry):
    messenger_id: UUID
    vendor: str


@entry("identity.messenger_removed", line=lazy("Switched a messenger off"))
class MessengerRemoved(Entry):
    messenger_id: UUID
    vendor: str


@entry("identity.messenger_linked", line=lazy("Linked the account in the messenger"))
class MessengerLinked(Entry):
    subject_id: UUID
    messenger_id: UUID


@entry("identity.factor_added", line=lazy("Set up a second step for signing in"))
class FactorAdded(Entry):
    subject_id: UUID
    kind: str


@entry("identity.factor_removed", line=lazy("Removed or used up a second step for signing in"))
class FactorRemoved(Entry):
    subject_id: UUID
    kind: str


@entry("identity.factors_reset", line=lazy("Reset the second step for signing in"))
class FactorsReset(Entry):
    subject_id: UUID


@entry("identity.proved", line=lazy("Confirmed who they are before a sensitive step"))
class Proved(Entry):
    subject_id: UUID
    method: str


@entry("identity.policy_changed", line=lazy("Changed the rules for signing in"))
class PolicyChanged(Entry):
    fields: tuple[str, ...]


@entry("identity.phone_sign_in", line=lazy("Answered on the phone whether a computer may sign in"))
class PhoneAnswered(Entry):
    subject_id: UUID
    answer: str


@entry("identity.scim_token_made", line=lazy("Made a token for the employer's directory"))
class ScimTokenMade(Entry):
    token_id: UUID


@entry("identity.scim_token_ended", line=lazy("Ended a token of the employer's directory"))
class ScimTokenEnded(Entry):
    token_id: UUID


@entry("identity.scim_refused", line=lazy("The employer's directory was refused"))
class ScimRefused(Entry):
    code: str


@entry("identity.scim_group", line=lazy("Changed a group of the employer's directory"))
class ScimGroupChanged(Entry):
    group_id: UUID
    what: str
    count: int | None = None


@entry("identity.entered_contract", line=lazy("Entered under a service contract"))
class EnteredContract(Entry):
    subject_id: UUID
    contract_id: UUID


@entry("identity.assigned", line=lazy("Was assigned to a person"))
class Assigned(Entry):
    subject_id: UUID
    helper_id: UUID
    reason: str


@entry("identity.pledge_signed", line=lazy("Signed the confidentiality agreement"))
class PledgeSigned(Entry):
    subject_id: UUID


ENTRIES: list[type] = [
    value for value in vars().copy().values() if isinstance(value, type) and hasattr(value, "action")
]
