# Das eigene Konto: Passwort, E-Mails, zweiter Faktor, Sitzungen.

account-title = Mein Konto
account-sign-out = Abmelden
account-who = Wer angemeldet ist
account-email = E-Mail-Adresse
account-name = Name
account-role = Rolle
account-since = Konto seit

account-storage = Speicherplatz
account-storage-bytes = Ihre Dokumente belegen
account-storage-files = Ihre Dokumente
account-storage-of = von

account-notices = E-Mails über Dokumente
account-notices-on = Wenn ein Dokument für Sie bestimmt ist, erfahren Sie es per E-Mail.
account-notices-off = Sie erhalten keine E-Mails über Dokumente. Sie finden sie hier.
account-notices-stop = Keine E-Mails über Dokumente senden
account-notices-start = Per E-Mail über Dokumente benachrichtigen

account-password = Passwort
account-password-effect = Wenn Sie es ändern, enden alle anderen Sitzungen Ihres Kontos, und Sie erhalten eine E-Mail. Hier bleiben Sie angemeldet.
account-current-password = Aktuelles Passwort
account-new-password = Neues Passwort
account-new-password-hint = Mindestens 12 Zeichen. Einige Wörter, die nicht zusammengehören, sind leicht zu merken und schwer zu erraten.
account-password-change = Passwort ändern

account-second-factor = Zweiter Faktor
account-second-factor-on = Beim Anmelden wird auch ein Code Ihrer App verlangt.
account-second-factor-off = Beim Anmelden wird nur das Passwort verlangt.
account-second-factor-manage = Zweiten Faktor abschalten
account-second-factor-set-up = Zweiten Faktor einrichten

account-totp-begin = Zweiten Faktor einrichten
account-totp-required = Ihre Rolle braucht einen zweiten Faktor. Alles andere öffnet sich, sobald Sie einen eingerichtet haben.
account-totp-required-stays = Ihre Rolle braucht einen zweiten Faktor. Ohne ihn können Sie nur einen neuen einrichten.
account-totp-what = Sie brauchen eine App auf Ihrem Telefon oder Computer, die Einmalcodes erzeugt. Geben Sie zuerst Ihr Passwort ein.
account-totp-add = Konto zur App hinzufügen
account-totp-scan = Scannen Sie diesen Code mit Ihrer App.
account-totp-qr = QR-Code für Ihre App. Derselbe Schlüssel folgt als Text.
account-totp-type = Oder tippen Sie diesen Schlüssel in Ihre App:
account-totp-open = In einer App auf diesem Gerät öffnen
account-totp-confirm = Ersten Code bestätigen
account-totp-confirm-how = Geben Sie die sechs Ziffern ein, die Ihre App gerade zeigt. Sie haben 15 Minuten Zeit.
account-totp-again = Mit einem neuen Schlüssel neu beginnen
account-totp-enabled = Der zweite Faktor ist eingerichtet. Ihre anderen Sitzungen sind beendet.
account-totp-disable = Zweiten Faktor abschalten
account-totp-disable-effect = Beim Anmelden wird dann nur das Passwort verlangt. Alle anderen Sitzungen Ihres Kontos enden, und Sie erhalten eine E-Mail.
account-totp-conflict = Das geht gerade nicht: Ein zweiter Faktor ist schon eingerichtet, oder es gibt keinen, oder er wurde vor zu langer Zeit begonnen. Die Seite zeigt den jetzigen Stand.
account-code = Code Ihrer App
account-code-or-recovery = Code Ihrer App oder ein Wiederherstellungscode

account-recovery = Ihre Wiederherstellungscodes
account-recovery-what = Drucken Sie sie aus oder bewahren Sie sie sicher auf: Mit jedem können Sie sich einmal ohne Ihre App anmelden. Sie werden nicht noch einmal angezeigt.
account-recovery-kept = Ich habe sie aufbewahrt: zurück zu meinem Konto
account-copy = Kopieren
account-copy-codes = Codes kopieren
account-copied = Kopiert
account-copy-failed = Nicht kopiert. Bitte markieren und kopieren Sie den Text selbst.

account-sessions = Wo Sie angemeldet sind
account-sessions-show = Zeigen, wo Sie angemeldet sind
account-sessions-what = Jede Anmeldung ist eine Sitzung. Beenden Sie Sitzungen, die Sie nicht kennen, und ändern Sie dann Ihr Passwort.
account-sessions-end-others = Überall sonst abmelden
account-sessions-end-others-confirm = Alle Sitzungen außer dieser enden.
account-sessions-none = Keine Sitzungen auf dieser Seite
account-sessions-none-text = Die Sitzungen, die hier standen, sind beendet.
account-session-client = Programm
account-session-network = Netz
account-session-since = Seit
account-session-used = Zuletzt verwendet
account-session-actions = Aktionen
account-session-current = Diese Sitzung
account-session-used-unknown = nicht bekannt
account-session-unknown = Unbekannt
account-session-end = Beenden

done-password-changed = Ihr Passwort ist geändert. Alle anderen Sitzungen sind beendet; hier bleiben Sie angemeldet.
done-notices-on = Ab jetzt erfahren Sie per E-Mail von Dokumenten.
done-notices-off = Sie erhalten keine E-Mails über Dokumente mehr.
done-second-factor-disabled = Der zweite Faktor ist abgeschaltet. Alle anderen Sitzungen sind beendet.
done-session-ended = Die Sitzung ist beendet.
done-other-sessions-ended = Alle anderen Sitzungen sind beendet.
