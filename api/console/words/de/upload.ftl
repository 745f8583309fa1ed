# Dokumente hochladen

upload-title = Dokumente hochladen
upload-intro = Word-, PowerPoint- und Excel-Dokumente bis jeweils { $size }. Jedes Dokument wird geprüft, bevor es jemand sehen kann.
upload-room = Ihre Dokumente belegen { $used } von { $quota }.

upload-audience = Für wen sind die Dokumente bestimmt?
upload-audience-recipients = Für die unten genannten Personen und Gruppen
upload-audience-everyone = Für alle, die ein Konto haben
upload-recipients = E-Mail-Adressen
upload-recipients-hint = Eine pro Zeile oder durch Kommas getrennt. Zusammen mit Gruppen höchstens 100.
upload-recipients-chips = Drücken Sie nach jeder Adresse die Eingabetaste oder geben Sie ein Komma ein. Sie können eine Liste einfügen. Zusammen mit Gruppen höchstens 100.
upload-groups = Gruppen
upload-group-members = { $count ->
    [one] { $count } Mitglied
   *[other] { $count } Mitglieder
}
upload-expiry-legend = Wie lange?
upload-expiry = Für Kunden sichtbar bis
upload-expiry-utc = Die Uhrzeit ist in UTC. Ohne Angabe bleiben die Dokumente sichtbar.
upload-expiry-local = Die Uhrzeit gilt in Ihrer Zeitzone. Ohne Angabe bleiben die Dokumente sichtbar.
upload-files-legend = Dokumente
upload-file = Dokument auswählen
upload-drop = Legen Sie Dokumente hier ab oder drücken Sie auf diese Fläche, um sie auszuwählen
upload-file-hint = .docx, .pptx oder .xlsx, ohne Makros.
upload-send = Hochladen
upload-show-reach = Zeigen, wen es erreicht

upload-reach-title = Wen es erreicht
upload-reach-people = { $count ->
    [0] Es erreicht niemanden: Die Gruppen haben keine Mitglieder.
    [one] Es erreicht eine Person.
   *[other] Es erreicht { $count } Personen.
}
upload-reach-everyone = { $count ->
    [0] Alle: Noch hat kein Kunde ein Konto.
    [one] Alle: Ein Kunde kann es sehen.
   *[other] Alle: { $count } Kunden können es sehen.
}
upload-reach-everyone-later = Ebenso alle, die später ein Konto erhalten.
upload-reach-back = Es wurde noch nichts gesendet. Schließen Sie diese Seite oder gehen Sie zurück, um fortzufahren.

upload-list-title = Ihre Uploads
upload-choose-again = Dieselbe Datei erneut auswählen
upload-pause = Anhalten
upload-resume = Fortsetzen
upload-retry = Erneut versuchen
upload-cancel = Abbrechen
upload-dismiss = Aus der Liste entfernen
upload-open = Dokument öffnen
upload-sign-in = Wieder anmelden

upload-word-ready = Bereit zum Hochladen
upload-word-queued = Wartet auf die Uploads davor
upload-word-starting = Beginnt
upload-word-sending = Wird hochgeladen
upload-word-paused = Angehalten
upload-word-waiting = Unterbrochen
upload-word-unfinished = Nicht abgeschlossen
upload-word-signed-out = Sie sind abgemeldet. Was angekommen ist, bleibt erhalten; melden Sie sich an, um fortzufahren.
upload-word-failed = Fehlgeschlagen
upload-word-finishing = Hochgeladen; das Dokument wird angelegt
upload-word-cancelled = Abgebrochen
upload-word-expired = Der Upload ist abgelaufen. Er beginnt von vorn.
upload-word-other-file = Das ist eine andere Datei, oder die Datei wurde geändert. Bitte wählen Sie die Datei, die hochgeladen wurde, oder brechen Sie ab.
upload-word-too-large = Die Datei ist größer, als ein Dokument sein darf.
upload-word-offline = Der Dienst ist nicht erreichbar.
upload-word-stale-page = Die Seite ist veraltet. Bitte laden Sie sie neu; was angekommen ist, bleibt erhalten.
upload-word-no-address = Bitte berichtigen oder entfernen Sie, was keine E-Mail-Adresse ist.
upload-word-no-audience = Bitte geben Sie an, für wen die Dokumente bestimmt sind.
upload-word-no-files = Bitte wählen Sie ein Dokument aus.
upload-word-remove = Entfernen
upload-word-amount = { $sent } von { $size }, { $rate }/s
upload-word-amount-only = { $sent } von { $size }
upload-word-time-left = noch { $time }
upload-word-retry-in = Nächster Versuch in { $time }
upload-word-told = { $name }: { $state }

done-uploaded = Das Dokument wurde hochgeladen und wird geprüft.
