jobs-title = Jobs
jobs-tabs = Jobs, failures and operations
jobs-failures-title = Failures
jobs-operations-title = Operations
jobs-filters = Find jobs
jobs-any = any
jobs-all = All jobs
jobs-more-filters = More conditions
jobs-job = Job
jobs-queue = Queue
jobs-state = State
jobs-attempts = Attempts
jobs-attempts-of = { $attempts } of { $most }
jobs-created-at = Enqueued
jobs-run-at = Due
jobs-finished-at = Ended
jobs-started-at = Began
jobs-last-error = Last error
jobs-error = Error
jobs-error-has = Text in the last error
jobs-error-hint = Such as 550
jobs-email = E-mail address
jobs-email-hint = Mails to this address; leave the person empty then.
jobs-kind = Kind of mail
jobs-kind-hint = Such as sign-up or documents-available
jobs-user = Person
jobs-file = Document
jobs-link = Link
jobs-ended = Outcome
jobs-from = Enqueued at or after
jobs-until = Enqueued at or before
jobs-time-hint = In UTC, such as 2026-11-25T08:30:00Z
jobs-nothing = –
jobs-none-title = No job is like this
jobs-none-text = Take some conditions away, or look at all jobs.
jobs-empty-title = There are no jobs
jobs-empty-text = Jobs appear here when somebody signs up, uploads a document or asks for a link. Done ones are kept for a day.
jobs-selected = Selected
jobs-select = Select { $id }
jobs-select-all = Select all jobs of this page
jobs-with-selected = To the selected jobs:
jobs-count-selected = Count
jobs-all-that-match = Do something to all jobs that match these conditions, those of other pages too
jobs-narrow-first = To do something to many jobs at once, find them by a condition first, or select them here.
jobs-what = What is done
jobs-verb-retry = Retry
jobs-verb-retry-hint = Dead and cancelled jobs run again, with all their attempts. Remove first what killed them.
jobs-verb-run-now = Run now
jobs-verb-run-now-hint = Jobs that wait for their time are due at once.
jobs-verb-cancel = Cancel
jobs-verb-cancel-hint = Jobs that wait or run are not run any more. They can be retried.
jobs-verb-release = Release
jobs-verb-release-hint = Running jobs are taken from workers that hang, and are ready for others. They may have done a part of their work already.
jobs-verb-delete = Delete
jobs-verb-delete-hint = Jobs that do not run are removed for good.
jobs-delete-confirm = Delete this job for good?
jobs-release-confirm = Take this job from its worker? It may have done a part of its work already.
jobs-cancel-confirm = Cancel this job? It can be retried later.
jobs-facts-title = The job
jobs-crashes = Leases that expired
jobs-worker = Worker
jobs-lease-until = Lease ends
jobs-cause-title = What enqueued it
jobs-no-cause = It is not known what enqueued it.
jobs-cause-request-id = Request
jobs-cause-route = Route
jobs-cause-user-id = Person
jobs-cause-job-id = Job
jobs-cause-program = Program
jobs-about-title = What it is about
jobs-mail-title = Its mail
jobs-mail-state = How far it got
jobs-mail-since = Since
jobs-mail-maybe-sent = The server may have it since
jobs-mail-answer = Answer of the mail server
jobs-mail-intended = about to be handed over
jobs-mail-not-taken = not taken by the server
jobs-mail-unanswered = handed over without an answer
jobs-mail-held = the server may have it; retry the job to send it again
jobs-mail-handed-over = taken by the server
jobs-mail-settled = taken by the server, and recorded
jobs-history-title = Attempts so far
jobs-no-history = No attempt has ended yet.
jobs-attempt = Attempt
jobs-waited = Waited
jobs-took = Took
jobs-host = Host
jobs-pid = Process
jobs-ended-done = done
jobs-ended-skipped = nothing to do
jobs-ended-failed = failed
jobs-ended-retry-after = failed, retried later
jobs-ended-snoozed = put off
jobs-ended-aborted = failed for good
jobs-ended-panicked = panicked
jobs-ended-timed-out = timed out
jobs-ended-lease-expired = lease expired
jobs-ended-released = released
jobs-ended-undecodable = payload cannot be decoded
jobs-ended-cancelled = cancelled
jobs-log-title = Log
jobs-no-log = Nothing was written to its log.
jobs-in-attempt = attempt { $attempt }:
jobs-since-title = What happened since
jobs-no-since = The audit has nothing about it since it was enqueued.
jobs-payload-title = Payload
jobs-bulk-title = Change many jobs
jobs-bulk-intro = All jobs for which this holds:
jobs-bulk-none-title = Say which jobs are meant
jobs-bulk-none-text = Select jobs in the list, or find them by a condition first.
jobs-count = Count the jobs
jobs-condition-queue = Queue
jobs-condition-state = State
jobs-condition-kind = Kind of mail
jobs-condition-user = Person
jobs-condition-email = E-mail address
jobs-condition-file = Document
jobs-condition-link = Link
jobs-condition-error = Text in the last error
jobs-condition-ended = Outcome
jobs-condition-from = Enqueued at or after
jobs-condition-until = Enqueued at or before
jobs-named = { $count ->
    [one] One job was selected.
   *[other] { $count } jobs were selected.
}
jobs-plan-title = What would be done
jobs-plan-matched = { $count ->
    [0] No job would be changed.
    [one] One job would be changed. These are meant, by their state:
   *[other] { $count } jobs would be changed. These are meant, by their state:
}
jobs-plan-nothing = None of these jobs is in a state in which this can be done.
jobs-confirm-title-retry = { $count ->
    [one] Retry one job?
   *[other] Retry { $count } jobs?
}
jobs-confirm-title-run-now = { $count ->
    [one] Run one job now?
   *[other] Run { $count } jobs now?
}
jobs-confirm-title-cancel = { $count ->
    [one] Cancel one job?
   *[other] Cancel { $count } jobs?
}
jobs-confirm-title-release = { $count ->
    [one] Release one job?
   *[other] Release { $count } jobs?
}
jobs-confirm-title-delete = { $count ->
    [one] Delete one job?
   *[other] Delete { $count } jobs?
}
jobs-begin-retry = { $count ->
    [one] Retry one job
   *[other] Retry { $count } jobs
}
jobs-begin-run-now = { $count ->
    [one] Run one job now
   *[other] Run { $count } jobs now
}
jobs-begin-cancel = { $count ->
    [one] Cancel one job
   *[other] Cancel { $count } jobs
}
jobs-begin-release = { $count ->
    [one] Release one job
   *[other] Release { $count } jobs
}
jobs-begin-delete = { $count ->
    [one] Delete one job
   *[other] Delete { $count } jobs
}
jobs-over = Spread over so many seconds
jobs-over-hint = Empty for at once; 600 for ten minutes; a week at most.
jobs-max-failures = Stop when more than so many percent fail
jobs-max-failures-hint = 50 when empty, after ten jobs have ended; 100 never stops.
jobs-failures-intro = Dead jobs, grouped by their queue and what killed them. Remove the cause first, then retry the group.
jobs-failures-empty-title = No dead jobs
jobs-failures-empty-text = Jobs that failed for good would be grouped here by their error.
jobs-status = Status
jobs-cohort-count = Jobs
jobs-first-at = First died
jobs-last-at = Last died
jobs-sample = One of them
jobs-retry-cohort = Count and retry
jobs-selection = To which jobs
jobs-by = By
jobs-changed = Changed
jobs-failed = Failed again
jobs-of = { $part } of { $whole }
jobs-operations-empty-title = Nothing was done to jobs yet
jobs-operations-empty-text = Retry, cancel or delete jobs, one or many: it is listed here with who did it.
jobs-operation = Operation
jobs-operation-running = running
jobs-operation-stalled = stalled
jobs-operation-done = done
jobs-operation-stopped = stopped
jobs-operation-running-says = The operation is under way.
jobs-operation-stalled-says = The server that carried out the operation is gone. What was done stays done; it can be resumed.
jobs-operation-done-says = The operation is done: it was the turn of every job.
jobs-operation-stopped-says = The operation has stopped. What was done stays done; it can be resumed.
jobs-reached = It was the turn of { $part } of { $whole } jobs.
jobs-conflicts = Left alone: another job has their unique key
jobs-refused = Left alone: the database refuses the change
jobs-ended-since = Ended an attempt since
jobs-reason = Why it has stopped
jobs-stop = Stop
jobs-resume = Resume
jobs-reload = Load again
jobs-over-time = Spread over
jobs-stops-at = Stops when more than so many fail
jobs-lost-title = The figures stand still?
jobs-lost-text = When they do for a minute, the server that carried the operation out has died. Any server goes on with it; no job is changed twice.
done-job-retry = The job is ready and has all its attempts again.
done-job-run-now = The job is due now.
done-job-cancel = The job is cancelled.
done-job-release = The job was taken from its worker and is ready for others.
done-job-delete = The job is deleted.
done-operation-begun = The operation has begun.
done-operation-stopped = The operation stops within some seconds.
done-operation-resumed = The operation goes on.
