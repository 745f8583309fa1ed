# One's own account: password, mails, second factor, sessions.

account-title = My account
account-sign-out = Sign out
account-who = Who is signed in
account-email = E-mail address
account-name = Name
account-role = Role
account-since = Account since

account-storage = Storage
account-storage-bytes = Your documents take
account-storage-files = Your documents
account-storage-of = of

account-notices = Mails about documents
account-notices-on = When a document is meant for you, a mail tells you of it.
account-notices-off = No mail tells you of documents. You find them here.
account-notices-stop = Send me no mails about documents
account-notices-start = Tell me of documents by mail

account-password = Password
account-password-effect = Every other session of your account ends when you change it, and a mail tells you. You stay signed in here.
account-current-password = Current password
account-new-password = New password
account-new-password-hint = At least 12 characters. A few words that do not go together are easy to remember and hard to guess.
account-password-change = Change the password

account-second-factor = Second factor
account-second-factor-on = Signing in asks for a code of your app as well.
account-second-factor-off = Signing in asks for the password alone.
account-second-factor-manage = Disable the second factor
account-second-factor-set-up = Set up a second factor

account-totp-begin = Set up a second factor
account-totp-required = Your role needs a second factor. Everything else opens once you have set one up.
account-totp-required-stays = Your role needs a second factor. Without one, all you can do is set up another.
account-totp-what = You need an app on your telephone or computer that makes one-time codes. Enter your password first.
account-totp-add = Add the account to your app
account-totp-scan = Scan this code with your app.
account-totp-qr = QR code for your app. The same key follows as text.
account-totp-type = Or type this key into your app:
account-totp-open = Open in an app on this device
account-totp-confirm = Confirm the first code
account-totp-confirm-how = Enter the six digits that your app shows now. You have 15 minutes.
account-totp-again = Begin again with a new key
account-totp-enabled = The second factor is set up. Your other sessions have ended.
account-totp-disable = Disable the second factor
account-totp-disable-effect = Signing in will ask for the password alone. Every other session of your account ends, and a mail tells you.
account-totp-conflict = That cannot be done now: a second factor is set up already, or there is none, or it was begun too long ago. The page shows how it is.
account-code = Code of your app
account-code-or-recovery = Code of your app, or a recovery code

account-recovery = Your recovery codes
account-recovery-what = Print them or keep them in a safe place: each lets you in once when you do not have your app. They are not shown again.
account-recovery-kept = I have kept them: back to my account
account-copy = Copy
account-copy-codes = Copy the codes
account-copied = Copied
account-copy-failed = Not copied. Please select and copy it yourself.

account-sessions = Where you are signed in
account-sessions-show = Show where you are signed in
account-sessions-what = Each log-in is a session. End those that you do not know, and change your password then.
account-sessions-end-others = Sign out everywhere else
account-sessions-end-others-confirm = Every session but this one ends.
account-sessions-none = No sessions on this page
account-sessions-none-text = Those that were here have ended.
account-session-client = Program
account-session-network = Network
account-session-since = Since
account-session-used = Last used
account-session-actions = Actions
account-session-current = This session
account-session-used-unknown = not known
account-session-unknown = Unknown
account-session-end = End

done-password-changed = Your password is changed. Every other session has ended; you stay signed in here.
done-notices-on = From now on, mails tell you of documents.
done-notices-off = No more mails tell you of documents.
done-second-factor-disabled = The second factor is disabled. Every other session has ended.
done-session-ended = The session has ended.
done-other-sessions-ended = Every other session has ended.
