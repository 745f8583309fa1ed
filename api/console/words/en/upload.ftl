# Uploading documents

upload-title = Upload documents
upload-intro = Word, PowerPoint and Excel documents of up to { $size } each. Each document is checked before anybody can see it.
upload-room = Your documents take { $used } of { $quota }.

upload-audience = Who are the documents meant for?
upload-audience-recipients = The people and groups named below
upload-audience-everyone = Everyone with an account
upload-recipients = E-mail addresses
upload-recipients-hint = One on each line, or separated by commas. Together with groups at most 100.
upload-recipients-chips = Press Enter or type a comma after each address. You can paste a list. Together with groups at most 100.
upload-groups = Groups
upload-group-members = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
upload-expiry-legend = How long?
upload-expiry = Visible to clients until
upload-expiry-utc = The time is in UTC. Left empty, the documents stay visible.
upload-expiry-local = The time is in your time zone. Left empty, the documents stay visible.
upload-files-legend = Documents
upload-file = Choose a document
upload-drop = Drop documents here, or press this area to choose them
upload-file-hint = .docx, .pptx or .xlsx, without macros.
upload-send = Upload
upload-show-reach = Show who it will reach

upload-reach-title = Who it will reach
upload-reach-people = { $count ->
    [0] It reaches nobody: the groups have no members.
    [one] It reaches one person.
   *[other] It reaches { $count } people.
}
upload-reach-everyone = { $count ->
    [0] Everyone: no client has an account yet.
    [one] Everyone: one client can see it.
   *[other] Everyone: { $count } clients can see it.
}
upload-reach-everyone-later = So can everybody who gets an account later.
upload-reach-back = Nothing has been sent. Close this page, or go back, to continue.

upload-list-title = Your uploads
upload-choose-again = Choose the same file again
upload-pause = Pause
upload-resume = Resume
upload-retry = Try again
upload-cancel = Cancel
upload-dismiss = Remove from the list
upload-open = Open the document
upload-sign-in = Sign in again

upload-word-ready = Ready to upload
upload-word-queued = Waits for the uploads before it
upload-word-starting = Starting
upload-word-sending = Uploading
upload-word-paused = Paused
upload-word-waiting = Interrupted
upload-word-unfinished = Not finished
upload-word-signed-out = You are signed out. What has arrived is kept; sign in to continue.
upload-word-failed = Failed
upload-word-finishing = Uploaded; waiting for the document
upload-word-cancelled = Cancelled
upload-word-expired = The upload has expired. It starts from the beginning.
upload-word-other-file = That is another file, or the file has changed. Please choose the one that was being uploaded, or cancel.
upload-word-too-large = The file is larger than a document may be.
upload-word-offline = The service cannot be reached.
upload-word-stale-page = The page is out of date. Please reload it; what has arrived is kept.
upload-word-no-address = Please correct or remove what is not an e-mail address.
upload-word-no-audience = Please say who the documents are meant for.
upload-word-no-files = Please choose a document.
upload-word-remove = Remove
upload-word-amount = { $sent } of { $size }, { $rate }/s
upload-word-amount-only = { $sent } of { $size }
upload-word-time-left = { $time } left
upload-word-retry-in = Next try in { $time }
upload-word-told = { $name }: { $state }

done-uploaded = The document has been uploaded and is being checked.
