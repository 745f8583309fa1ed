# Documents

documents-title = Documents
documents-title-mine = Documents for you
documents-name = Name
documents-kind = Kind
documents-kind-docx = Word
documents-kind-pptx = PowerPoint
documents-kind-xlsx = Excel
documents-kind-unknown = Not known
documents-size = Size
documents-state = State
documents-audience = Meant for
documents-audience-everyone = Everyone
documents-audience-named = The people and groups named below
documents-audience-people = { $count ->
    [one] { $count } person
   *[other] { $count } people
}
documents-audience-groups = { $count ->
    [one] { $count } group
   *[other] { $count } groups
}
documents-expires = Visible until
documents-never = No end
documents-uploaded = Uploaded
documents-checked = Checked
documents-available-since = Available since
documents-digest = SHA-256
documents-actions = Actions
documents-new = New
documents-download = Download
documents-download-name = Download { $name }
documents-upload = Upload documents
documents-search = Search by name
documents-by-state = Documents by state
documents-all = All
documents-show-all = Show all documents
documents-none-found-title = No document found
documents-none-found-text = No document for you has “{ $q }” in its name.
documents-none-found-filter = No document fits the search and the state.
documents-empty-title = No documents yet
documents-empty-text = Upload a document, and say whom it is meant for.
documents-empty-admin = Ops upload documents. Invite somebody as Ops to begin.
documents-empty-mine-title = No documents for you yet
documents-empty-mine-text = When somebody sends you a document, it is here, and you get a mail.
documents-list-changed = The list of documents was updated.
documents-now = { $name } is now: { $state }

documents-preparing-title = Your download is being prepared
documents-preparing-text = This page asks again every two seconds. The download then begins by itself.
documents-preparing-again = Try again now

documents-history-title = What you downloaded
documents-history-empty-title = No downloads yet
documents-history-empty-text = What you download is listed here, with the time.
documents-fetched-at = Downloaded at
documents-fetched = Result
documents-fetched-complete = Complete
documents-fetched-partly = Not complete
documents-not-there = A document that is not available to you any more

documents-facts = About the document
documents-bytes-removed = Content removed
documents-withdrawn-at = Withdrawn at
documents-restorable-until = It can be restored until
documents-restore = Restore
documents-reason-code = Reason:
documents-reason-part = Part of the document:
documents-changed-meanwhile = The document was changed in the meantime, and your change was not saved. This page shows the present state. Please make your change again if it still fits.

documents-why-title = Why is it not there yet?
documents-why-expired = Its time is over, and clients do not see it any more. Give it more time to show it again.
documents-why-check-failed = The check failed, and is not tried again by itself. Please tell an admin.
documents-why-check-cancelled = An admin cancelled the check. Please ask for another one.
documents-why-check-gone = The check is gone. Please upload the document again.
documents-why-being-checked = It is being checked at this moment. There is nothing to do.
documents-why-queue-paused = An admin has paused the checks. It is checked when they go on.
documents-why-queue-parked = Checks are suspended because something that they need does not work. They go on by themselves.
documents-why-no-workers = No worker takes documents to check. Please tell an admin.
documents-why-scanner-unavailable = The virus scanner could not be reached. It is tried again by itself.
documents-why-tried-again-later = The last attempt failed. It is tried again by itself.
documents-why-not-due = The time of its check has not come yet. There is nothing to do.
documents-why-queue-limited = It waits for a worker, and only so many checks run at once. There is nothing to do.
documents-why-in-line = It waits for a worker. There is nothing to do.
documents-attempts = Attempt { $attempts } of at most { $most }.
documents-next-attempt = Next attempt:
documents-queue = Waiting for a check: { $ready }. Workers: { $workers }.
documents-last-error = Last error:
documents-jobs = Jobs of this document

documents-activity = Who was told, and who downloaded it
documents-activity-counts = Of { $all }: { $told } told, { $looked } looked at it, { $fetched } downloaded it.
documents-activity-everyone = Nobody is told of a document for everyone, and single downloads are in the audit.
documents-activity-none = Nobody is in its groups yet, or nobody was told.
documents-recipient = Recipient
documents-told = Told
documents-looked = Looked at it
documents-downloaded = First download
documents-downloads = Downloads
documents-not-yet = Not yet
documents-told-pending = Not yet
documents-told-sent = Mail sent
documents-told-skipped = Not told
documents-told-failed = The mail could not be sent
documents-told-unsubscribed = Wants no such mails
documents-first-download = First download since you asked to be told:

documents-versions = Earlier versions
documents-versions-text = They cannot be downloaded, and their content is removed after a while.
documents-replaced-at = Replaced

documents-change = Change
documents-recipients = E-mail addresses and groups
documents-recipients-hint = One on each line, at most 100. A group is written as group: and its name.
documents-expires-utc = Visible to clients until (UTC)
documents-expires-hint = Left empty, the document stays visible.
documents-replace = Replace
documents-replace-text = The present document stays until the new one, of at most { $most }, was checked. Links to the present one then end.
documents-replace-file = New document
documents-replacement-title = New version
documents-replacement-received = A new version is being checked; received
documents-replacement-rejected = A new version was rejected; received
documents-replacement-failed = A new version could not be checked; received
documents-more = More
documents-notify-on = Tell me of the first download
documents-notify-off = Do not tell me of the first download
documents-withdraw = Withdraw the document
documents-withdraw-text = Clients do not see it any more, its links end, and downloads under way break off. You can restore it for a while.
documents-withdraw-now = Withdraw
documents-withdraw-confirm = Withdraw { $name }? Clients lose it at once.

done-document-changed = The document was changed.
done-document-withdrawn = The document was withdrawn.
done-document-restored = The document is there again.
done-document-replaced = The new version was received, and is being checked.
done-document-notice-on = You get a mail about the first download.
done-document-notice-off = You get no mail about the first download.

# What to do about each reason for which a document is rejected

documents-reason-EMPTY_FILE = The file is empty. Save the document again, and upload it.
documents-reason-FILE_TOO_LARGE = The document is too large. Make it smaller, or split it.
documents-reason-NOT_OFFICE = This is no Word, Excel or PowerPoint document. Upload one of these.
documents-reason-LEGACY_OFFICE = This is an old Office format. Save the .doc, .xls or .ppt as .docx, .xlsx or .pptx.
documents-reason-OPENDOCUMENT = This is an OpenDocument file. Export it as .docx, .xlsx or .pptx.
documents-reason-NOT_OPC = This is an archive. Upload the document itself.
documents-reason-OTHER_OOXML = This Office format is not taken. Upload a .docx, .xlsx or .pptx.
documents-reason-TEMPLATE = This is a template or a slide show. Save it as an ordinary document, workbook or presentation.
documents-reason-BINARY_WORKBOOK = This is a binary workbook. Save the .xlsb as .xlsx.
documents-reason-MACRO_ENABLED = It has macros, or actions that run a program. Save a copy without them.
documents-reason-ENCRYPTED = It is encrypted. Remove the password; in a workbook also the protection against changes if Excel encrypted it with its built-in password.
documents-reason-ZIP_CORRUPT = The file is damaged. Upload it again; if that does not help, open it and save it again.
documents-reason-ZIP_AMBIGUOUS = Its inner structure is inconsistent. Open it and save it again.
documents-reason-ZIP_UNSAFE_NAME = It holds unsafe inner names. Open it and save it again.
documents-reason-ZIP_UNSUPPORTED = It is compressed in an unusual way. Open it and save it again.
documents-reason-ZIP_BOMB = It expands to an unreasonable size. Delete what is not needed, or split it.
documents-reason-OPC_INVALID = A required part is missing or contradictory. Open it and save it again.
documents-reason-OPC_UNDECLARED_PART = It holds files that do not belong to it. Open it and save it again.
documents-reason-KIND_MISMATCH = Its content is not of the type it declares. Open it and save it again.
documents-reason-XML_MALFORMED = A part of it is damaged. Open it and save it again.
documents-reason-XML_DTD = It holds a forbidden XML construct. Open it and save it again.
documents-reason-XML_ENCODING = It uses an unsupported text encoding. Open it and save it again.
documents-reason-XML_LIMITS = It is too complex to be checked safely. Simplify it.
documents-reason-EXTERNAL_REF = It loads content from another computer. Remove the link or template that does.
documents-reason-DDE = It has a DDE field, formula or link. Remove it.
documents-reason-EMBEDDED_EXECUTABLE = A program is embedded in it. Remove the program.
documents-reason-EMBEDDED_OBJECT = It has embedded objects. Remove them.
documents-reason-EXTENSION_MISMATCH = The extension of its name is not that of its content. Give the file the right extension.
documents-reason-MALWARE = The virus scanner knows it as malware. Do not pass it on.
documents-reason-RIGHTS_MANAGED = It is restricted to chosen people. Lift the restriction (File, Info, Protect, Restrict Access), and save it again.
