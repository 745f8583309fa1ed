jobs-title = Jobs
jobs-tabs = Jobs, Fehler und Vorgänge
jobs-failures-title = Fehler
jobs-operations-title = Vorgänge
jobs-filters = Jobs finden
jobs-any = beliebig
jobs-all = Alle Jobs
jobs-more-filters = Weitere Bedingungen
jobs-job = Job
jobs-queue = Warteschlange
jobs-state = Zustand
jobs-attempts = Versuche
jobs-attempts-of = { $attempts } von { $most }
jobs-created-at = Eingereiht
jobs-run-at = Fällig
jobs-finished-at = Beendet
jobs-started-at = Begonnen
jobs-last-error = Letzter Fehler
jobs-error = Fehler
jobs-error-has = Text im letzten Fehler
jobs-error-hint = Zum Beispiel 550
jobs-email = E-Mail-Adresse
jobs-email-hint = Mails an diese Adresse; lassen Sie die Person dann leer.
jobs-kind = Art der Mail
jobs-kind-hint = Zum Beispiel sign-up oder documents-available
jobs-user = Person
jobs-file = Dokument
jobs-link = Link
jobs-ended = Ausgang
jobs-from = Eingereiht ab
jobs-until = Eingereiht bis
jobs-time-hint = In UTC, zum Beispiel 2026-11-25T08:30:00Z
jobs-nothing = –
jobs-none-title = Kein Job entspricht den Bedingungen
jobs-none-text = Nehmen Sie Bedingungen weg, oder sehen Sie sich alle Jobs an.
jobs-empty-title = Es gibt keine Jobs
jobs-empty-text = Jobs erscheinen hier, wenn sich jemand registriert, ein Dokument hochlädt oder einen Link anfordert. Erledigte werden einen Tag lang aufbewahrt.
jobs-selected = Ausgewählt
jobs-select = { $id } auswählen
jobs-select-all = Alle Jobs dieser Seite auswählen
jobs-with-selected = Mit den ausgewählten Jobs:
jobs-count-selected = Zählen
jobs-all-that-match = Alle Jobs ändern, auf die diese Bedingungen zutreffen, auch die der anderen Seiten
jobs-narrow-first = Um viele Jobs auf einmal zu ändern, suchen Sie sie zuerst nach einer Bedingung, oder wählen Sie sie hier aus.
jobs-what = Was getan wird
jobs-verb-retry = Wiederholen
jobs-verb-retry-hint = Gescheiterte und abgebrochene Jobs laufen noch einmal, mit allen Versuchen. Beseitigen Sie zuerst die Ursache.
jobs-verb-run-now = Jetzt ausführen
jobs-verb-run-now-hint = Jobs, die auf ihre Zeit warten, sind sofort fällig.
jobs-verb-cancel = Abbrechen
jobs-verb-cancel-hint = Jobs, die warten oder laufen, werden nicht mehr ausgeführt. Sie können wiederholt werden.
jobs-verb-release = Freigeben
jobs-verb-release-hint = Laufende Jobs werden Workern, die hängen, abgenommen und stehen anderen bereit. Ein Teil der Arbeit kann schon getan sein.
jobs-verb-delete = Löschen
jobs-verb-delete-hint = Jobs, die nicht laufen, werden endgültig entfernt.
jobs-delete-confirm = Diesen Job endgültig löschen?
jobs-release-confirm = Diesen Job seinem Worker abnehmen? Ein Teil der Arbeit kann schon getan sein.
jobs-cancel-confirm = Diesen Job abbrechen? Er kann später wiederholt werden.
jobs-facts-title = Der Job
jobs-crashes = Abgelaufene Leases
jobs-worker = Worker
jobs-lease-until = Lease endet
jobs-cause-title = Wodurch er eingereiht wurde
jobs-no-cause = Es ist nicht bekannt, wodurch er eingereiht wurde.
jobs-cause-request-id = Anfrage
jobs-cause-route = Route
jobs-cause-user-id = Person
jobs-cause-job-id = Job
jobs-cause-program = Programm
jobs-about-title = Worum es geht
jobs-mail-title = Seine Mail
jobs-mail-state = Wie weit sie kam
jobs-mail-since = Seit
jobs-mail-maybe-sent = Vielleicht beim Server seit
jobs-mail-answer = Antwort des Mailservers
jobs-mail-intended = wird gleich übergeben
jobs-mail-not-taken = vom Server nicht angenommen
jobs-mail-unanswered = übergeben, ohne Antwort
jobs-mail-held = der Server hat sie vielleicht; wiederholen Sie den Job, um sie noch einmal zu senden
jobs-mail-handed-over = vom Server angenommen
jobs-mail-settled = vom Server angenommen und vermerkt
jobs-history-title = Bisherige Versuche
jobs-no-history = Noch ist kein Versuch zu Ende.
jobs-attempt = Versuch
jobs-waited = Gewartet
jobs-took = Gedauert
jobs-host = Rechner
jobs-pid = Prozess
jobs-ended-done = erledigt
jobs-ended-skipped = nichts zu tun
jobs-ended-failed = fehlgeschlagen
jobs-ended-retry-after = fehlgeschlagen, später wiederholt
jobs-ended-snoozed = aufgeschoben
jobs-ended-aborted = endgültig fehlgeschlagen
jobs-ended-panicked = Programmfehler (panic)
jobs-ended-timed-out = Zeit überschritten
jobs-ended-lease-expired = Lease abgelaufen
jobs-ended-released = freigegeben
jobs-ended-undecodable = Inhalt nicht lesbar
jobs-ended-cancelled = abgebrochen
jobs-log-title = Protokoll
jobs-no-log = In seinem Protokoll steht nichts.
jobs-in-attempt = Versuch { $attempt }:
jobs-since-title = Was seitdem geschah
jobs-no-since = Das Audit hat dazu nichts, seit er eingereiht wurde.
jobs-payload-title = Inhalt
jobs-bulk-title = Viele Jobs ändern
jobs-bulk-intro = Alle Jobs, für die das gilt:
jobs-bulk-none-title = Sagen Sie, welche Jobs gemeint sind
jobs-bulk-none-text = Wählen Sie Jobs in der Liste aus, oder suchen Sie sie zuerst nach einer Bedingung.
jobs-count = Jobs zählen
jobs-condition-queue = Warteschlange
jobs-condition-state = Zustand
jobs-condition-kind = Art der Mail
jobs-condition-user = Person
jobs-condition-email = E-Mail-Adresse
jobs-condition-file = Dokument
jobs-condition-link = Link
jobs-condition-error = Text im letzten Fehler
jobs-condition-ended = Ausgang
jobs-condition-from = Eingereiht ab
jobs-condition-until = Eingereiht bis
jobs-named = { $count ->
    [one] Ein Job wurde ausgewählt.
   *[other] { $count } Jobs wurden ausgewählt.
}
jobs-plan-title = Was getan würde
jobs-plan-matched = { $count ->
    [0] Kein Job würde geändert.
    [one] Ein Job würde geändert. Gemeint sind, nach ihrem Zustand:
   *[other] { $count } Jobs würden geändert. Gemeint sind, nach ihrem Zustand:
}
jobs-plan-nothing = Keiner dieser Jobs ist in einem Zustand, in dem das möglich ist.
jobs-confirm-title-retry = { $count ->
    [one] Einen Job wiederholen?
   *[other] { $count } Jobs wiederholen?
}
jobs-confirm-title-run-now = { $count ->
    [one] Einen Job jetzt ausführen?
   *[other] { $count } Jobs jetzt ausführen?
}
jobs-confirm-title-cancel = { $count ->
    [one] Einen Job abbrechen?
   *[other] { $count } Jobs abbrechen?
}
jobs-confirm-title-release = { $count ->
    [one] Einen Job freigeben?
   *[other] { $count } Jobs freigeben?
}
jobs-confirm-title-delete = { $count ->
    [one] Einen Job löschen?
   *[other] { $count } Jobs löschen?
}
jobs-begin-retry = { $count ->
    [one] Einen Job wiederholen
   *[other] { $count } Jobs wiederholen
}
jobs-begin-run-now = { $count ->
    [one] Einen Job jetzt ausführen
   *[other] { $count } Jobs jetzt ausführen
}
jobs-begin-cancel = { $count ->
    [one] Einen Job abbrechen
   *[other] { $count } Jobs abbrechen
}
jobs-begin-release = { $count ->
    [one] Einen Job freigeben
   *[other] { $count } Jobs freigeben
}
jobs-begin-delete = { $count ->
    [one] Einen Job löschen
   *[other] { $count } Jobs löschen
}
jobs-over = Über so viele Sekunden verteilt
jobs-over-hint = Leer für sofort; 600 für zehn Minuten; höchstens eine Woche.
jobs-max-failures = Anhalten, wenn mehr als so viele Prozent scheitern
jobs-max-failures-hint = 50, wenn leer, und erst nachdem zehn Jobs geendet haben; 100 hält nie an.
jobs-failures-intro = Gescheiterte Jobs, gruppiert nach Warteschlange und Ursache. Beseitigen Sie zuerst die Ursache, dann wiederholen Sie die Gruppe.
jobs-failures-empty-title = Keine gescheiterten Jobs
jobs-failures-empty-text = Endgültig gescheiterte Jobs stünden hier, gruppiert nach ihrem Fehler.
jobs-status = Status
jobs-cohort-count = Jobs
jobs-first-at = Erster gescheitert
jobs-last-at = Letzter gescheitert
jobs-sample = Einer davon
jobs-retry-cohort = Zählen und wiederholen
jobs-selection = Mit welchen Jobs
jobs-by = Von
jobs-changed = Geändert
jobs-failed = Wieder gescheitert
jobs-of = { $part } von { $whole }
jobs-operations-empty-title = Noch wurde an Jobs nichts geändert
jobs-operations-empty-text = Wiederholen, abbrechen oder löschen Sie einen oder viele Jobs: Es steht dann hier, mit dem, der es getan hat.
jobs-operation = Vorgang
jobs-operation-running = läuft
jobs-operation-stalled = steht still
jobs-operation-done = erledigt
jobs-operation-stopped = angehalten
jobs-operation-running-says = Der Vorgang läuft.
jobs-operation-stalled-says = Der Server, der den Vorgang ausführte, ist nicht mehr da. Was getan ist, bleibt getan; er kann fortgesetzt werden.
jobs-operation-done-says = Der Vorgang ist erledigt: Jeder Job war an der Reihe.
jobs-operation-stopped-says = Der Vorgang hat angehalten. Was getan ist, bleibt getan; er kann fortgesetzt werden.
jobs-reached = { $part } von { $whole } Jobs waren an der Reihe.
jobs-conflicts = Nicht geändert: Ein anderer Job hat ihren eindeutigen Schlüssel
jobs-refused = Nicht geändert: Die Datenbank lehnt die Änderung ab
jobs-ended-since = Seitdem einen Versuch beendet
jobs-reason = Warum er angehalten hat
jobs-stop = Anhalten
jobs-resume = Fortsetzen
jobs-reload = Neu laden
jobs-over-time = Verteilt über
jobs-stops-at = Hält an, wenn mehr als so viele scheitern
jobs-lost-title = Die Zahlen stehen still?
jobs-lost-text = Wenn sie das eine Minute lang tun, ist der Server ausgefallen, der den Vorgang ausgeführt hat. Jeder Server kann ihn fortsetzen; kein Job wird zweimal geändert.
done-job-retry = Der Job ist bereit und hat wieder alle Versuche.
done-job-run-now = Der Job ist jetzt fällig.
done-job-cancel = Der Job ist abgebrochen.
done-job-release = Der Job wurde seinem Worker abgenommen und steht anderen bereit.
done-job-delete = Der Job ist gelöscht.
done-operation-begun = Der Vorgang hat begonnen.
done-operation-stopped = Der Vorgang hält in einigen Sekunden an.
done-operation-resumed = Der Vorgang geht weiter.
