### Words that all pages share.

page-skip = Skip to the content
page-error = Error:
page-signed-in-as = signed in as { $role }
optional = optional

nav-main = Main
nav-pages = Pages
nav-documents = Documents
nav-history = History
nav-upload = Upload
nav-invitations = Invitations
nav-groups = Groups
nav-overview = Overview
nav-jobs = Jobs
nav-failures = Failures
nav-queues = Queues
nav-workers = Workers
nav-mails = Mails
nav-users = Users
nav-audit = Audit
nav-account = Account
nav-sign-in = Sign in
nav-sign-out = Sign out

action-save = Save
action-cancel = Cancel
action-delete = Delete
action-search = Search
action-back = Back
action-more = Show more
action-confirm = Yes, do it
action-filter = Filter
action-reset = Reset the filters
action-close = Close

confirm-title = Are you sure?
connection-lost = Connection lost. Trying again …
connection-back = Connected again.

## Fields of forms, as the API names them
field-email = E-mail address
field-password = Password
field-current_password = Current password
field-new_password = New password
field-name = Name
field-code = Code
field-audience = Meant for
field-recipients = E-mail addresses and groups
field-expires_at = Visible until
field-file = Document
field-members = Members
field-role = Role
field-address = E-mail address
field-max_running = Jobs running at once
field-rate-starts = Jobs started in a period
field-rate-per_ms = Length of the period
field-over_seconds = Spread over so many seconds
field-max_failure_percent = Stop when more than so many percent fail
field-filter = Which jobs
field-verb = What is to be done
field-object = Id of what it was about
field-user = Person
field-about = Address or document
field-state = State
field-queue = Queue
field-kind = Kind
field-from = From
field-until = Until
field-link = Link
field-network = Network
field-error = Text in the last error
field-q = Search

role-client = Client
role-ops = Ops
role-admin = Admin

## States, as the API writes them

# Documents
state-received = Being checked
state-available = Available
state-rejected = Rejected
state-failed = Failed
state-withdrawn = Withdrawn
# Jobs and operations
state-scheduled = Scheduled
state-ready = Ready
state-running = Running
state-done = Done
state-dead = Dead
state-cancelled = Cancelled
state-malformed = Malformed
state-stopped = Stopped
# Queues
state-runs = Runs
state-parked = Parked
state-paused = Paused
# Workers
state-alive = Alive
state-draining = Draining
# The mail server
state-works = Works
state-fails = Fails
# The circuit of the mail server
state-closed = Closed
state-open = Open
state-half_open = Half open
# Mails
state-intended = Being sent
state-not_taken = Not taken
state-unanswered = Unanswered
state-held = Held
state-handed_over = Handed over
state-settled = Settled
# Notices
state-pending = Pending
state-sent = Sent
state-skipped = Skipped
state-unsubscribed = Unsubscribed
# Links
state-requested = Requested
state-revoked = Revoked
state-expired = Expired
state-used_up = Used up
# Accounts and invitations
state-active = Active
state-disabled = Disabled
state-accepted = Accepted

## Instants, durations, counts

instant-utc = { $day } { $month } { $year }, { $time } UTC
month-01 = Jan
month-02 = Feb
month-03 = Mar
month-04 = Apr
month-05 = May
month-06 = Jun
month-07 = Jul
month-08 = Aug
month-09 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
unit-second = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
  }
unit-minute = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
  }
unit-hour = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
  }
unit-day = { $count ->
    [one] { $count } day
   *[other] { $count } days
  }
unit-document = { $count ->
    [one] { $count } document
   *[other] { $count } documents
  }
unit-job = { $count ->
    [one] { $count } job
   *[other] { $count } jobs
  }
unit-person = { $count ->
    [one] { $count } person
   *[other] { $count } people
  }

## Problems, by their code

problem-retry-after = Please try again in { $time }.
problem-invalid_json = The body is not valid JSON
problem-bad_request = The request is malformed
problem-digest_mismatch = The digest does not match the bytes
problem-token_invalid = The link or token is not valid
problem-unauthorized = Please sign in
problem-token_expired = Your session has expired
problem-invalid_credentials = Wrong e-mail address or password
problem-totp_required = A one-time code is needed
problem-totp_invalid = The one-time code is not valid
problem-second_factor_required = A second factor is needed
problem-forbidden = Not allowed
problem-sign_up_refused = Sign-up is not open
problem-not_found = Not found
problem-method_not_allowed = This cannot be done here
problem-conflict = Something else has changed this, or is changing it
problem-locked = Another request is busy with it
problem-checksum_mismatch = The checksum does not match the bytes
problem-precondition_failed = It has changed since you opened the page
problem-precondition_required = The request does not say which version it changes
problem-payload_too_large = That is too large
problem-unsupported_media_type = Unsupported media type
problem-range_not_satisfiable = The range cannot be satisfied
problem-uri_too_long = The address is too long
problem-headers_too_large = The header fields are too large
problem-invalid_fields = Please correct the fields
problem-idempotency_mismatch = The idempotency key was used for another request
problem-rate_limited = Too many requests
problem-request_timeout = The request took too long to arrive
problem-quota_exceeded = Your documents may take no more room
problem-storage_full = There is no room for more documents
problem-internal = Something went wrong on our side
problem-unavailable = Not available right now
