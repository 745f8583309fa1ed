# Dokumente

documents-title = Dokumente
documents-title-mine = Dokumente für Sie
documents-name = Name
documents-kind = Art
documents-kind-docx = Word
documents-kind-pptx = PowerPoint
documents-kind-xlsx = Excel
documents-kind-unknown = Nicht bekannt
documents-size = Größe
documents-state = Stand
documents-audience = Bestimmt für
documents-audience-everyone = Alle
documents-audience-named = Die unten genannten Personen und Gruppen
documents-audience-people = { $count ->
    [one] { $count } Person
   *[other] { $count } Personen
}
documents-audience-groups = { $count ->
    [one] { $count } Gruppe
   *[other] { $count } Gruppen
}
documents-expires = Sichtbar bis
documents-never = Unbefristet
documents-uploaded = Hochgeladen
documents-checked = Geprüft
documents-available-since = Verfügbar seit
documents-digest = SHA-256
documents-actions = Aktionen
documents-new = Neu
documents-download = Herunterladen
documents-download-name = { $name } herunterladen
documents-upload = Dokumente hochladen
documents-search = Nach Namen suchen
documents-by-state = Dokumente nach Stand
documents-all = Alle
documents-show-all = Alle Dokumente zeigen
documents-none-found-title = Kein Dokument gefunden
documents-none-found-text = Kein Dokument für Sie hat „{ $q }“ im Namen.
documents-none-found-filter = Kein Dokument passt zu Suche und Stand.
documents-empty-title = Noch keine Dokumente
documents-empty-text = Laden Sie ein Dokument hoch, und geben Sie an, für wen es bestimmt ist.
documents-empty-admin = Dokumente werden von Ops hochgeladen. Laden Sie zuerst jemanden als Ops ein.
documents-empty-mine-title = Noch keine Dokumente für Sie
documents-empty-mine-text = Wenn Ihnen jemand ein Dokument schickt, finden Sie es hier und erhalten eine E-Mail.
documents-list-changed = Die Liste der Dokumente wurde aktualisiert.
documents-now = Neuer Stand von { $name }: { $state }

documents-preparing-title = Ihr Download wird vorbereitet
documents-preparing-text = Diese Seite fragt alle zwei Sekunden nach. Der Download beginnt dann von selbst.
documents-preparing-again = Jetzt erneut versuchen

documents-history-title = Ihre Downloads
documents-history-empty-title = Noch keine Downloads
documents-history-empty-text = Was Sie herunterladen, steht hier mit dem Zeitpunkt.
documents-fetched-at = Heruntergeladen am
documents-fetched = Ergebnis
documents-fetched-complete = Vollständig
documents-fetched-partly = Nicht vollständig
documents-not-there = Ein Dokument, das für Sie nicht mehr verfügbar ist

documents-facts = Über das Dokument
documents-bytes-removed = Inhalt entfernt
documents-withdrawn-at = Zurückgezogen am
documents-restorable-until = Es lässt sich wiederherstellen bis
documents-restore = Wiederherstellen
documents-reason-code = Grund:
documents-reason-part = Teil des Dokuments:
documents-changed-meanwhile = Das Dokument wurde inzwischen geändert, und Ihre Änderung wurde nicht gespeichert. Diese Seite zeigt den jetzigen Stand. Bitte nehmen Sie Ihre Änderung erneut vor, wenn sie noch passt.

documents-why-title = Warum ist es noch nicht da?
documents-why-expired = Seine Zeit ist abgelaufen, und Kunden sehen es nicht mehr. Geben Sie ihm mehr Zeit, um es wieder zu zeigen.
documents-why-check-failed = Die Prüfung ist gescheitert und wird nicht von selbst wiederholt. Bitte wenden Sie sich an die Administration.
documents-why-check-cancelled = Die Prüfung wurde abgebrochen. Bitte bitten Sie die Administration um eine neue.
documents-why-check-gone = Die Prüfung ist nicht mehr vorhanden. Bitte laden Sie das Dokument erneut hoch.
documents-why-being-checked = Es wird gerade geprüft. Sie müssen nichts tun.
documents-why-queue-paused = Die Prüfungen sind angehalten. Es wird geprüft, sobald sie weitergehen.
documents-why-queue-parked = Die Prüfungen ruhen, weil etwas nicht funktioniert, das sie brauchen. Sie gehen von selbst weiter.
documents-why-no-workers = Kein Worker nimmt Dokumente zur Prüfung an. Bitte wenden Sie sich an die Administration.
documents-why-scanner-unavailable = Der Virenscanner war nicht erreichbar. Die Prüfung wird von selbst wiederholt.
documents-why-tried-again-later = Der letzte Versuch ist gescheitert. Die Prüfung wird von selbst wiederholt.
documents-why-not-due = Der Zeitpunkt der Prüfung ist noch nicht gekommen. Sie müssen nichts tun.
documents-why-queue-limited = Es wartet auf einen Worker, und nur eine begrenzte Zahl von Prüfungen läuft gleichzeitig. Sie müssen nichts tun.
documents-why-in-line = Es wartet auf einen Worker. Sie müssen nichts tun.
documents-attempts = Versuch { $attempts } von höchstens { $most }.
documents-next-attempt = Nächster Versuch:
documents-queue = Auf eine Prüfung warten: { $ready }. Worker: { $workers }.
documents-last-error = Letzter Fehler:
documents-jobs = Aufträge zu diesem Dokument

documents-activity = Wer benachrichtigt wurde, und wer es heruntergeladen hat
documents-activity-counts = Von { $all }: { $told } benachrichtigt, { $looked } haben es angesehen, { $fetched } haben es heruntergeladen.
documents-activity-everyone = Über ein Dokument für alle wird niemand benachrichtigt; einzelne Downloads stehen im Audit.
documents-activity-none = Noch ist niemand in den Gruppen, oder niemand wurde benachrichtigt.
documents-recipient = Empfänger
documents-told = Benachrichtigt
documents-looked = Angesehen
documents-downloaded = Erster Download
documents-downloads = Downloads
documents-not-yet = Noch nicht
documents-told-pending = Noch nicht
documents-told-sent = E-Mail gesendet
documents-told-skipped = Nicht benachrichtigt
documents-told-failed = Die E-Mail konnte nicht gesendet werden
documents-told-unsubscribed = Möchte keine solchen E-Mails
documents-first-download = Erster Download, seit Sie benachrichtigt werden möchten:

documents-versions = Frühere Fassungen
documents-versions-text = Sie lassen sich nicht herunterladen, und ihr Inhalt wird nach einiger Zeit entfernt.
documents-replaced-at = Ersetzt

documents-change = Ändern
documents-recipients = E-Mail-Adressen und Gruppen
documents-recipients-hint = Je Zeile eine, höchstens 100. Eine Gruppe wird als group: mit ihrem Namen geschrieben.
documents-expires-utc = Für Kunden sichtbar bis (UTC)
documents-expires-hint = Ohne Angabe bleibt das Dokument sichtbar.
documents-replace = Ersetzen
documents-replace-text = Das jetzige Dokument bleibt, bis das neue mit höchstens { $most } geprüft ist. Links auf das jetzige enden dann.
documents-replace-file = Neues Dokument
documents-replacement-title = Neue Fassung
documents-replacement-received = Eine neue Fassung wird geprüft; eingegangen
documents-replacement-rejected = Eine neue Fassung wurde abgelehnt; eingegangen
documents-replacement-failed = Eine neue Fassung konnte nicht geprüft werden; eingegangen
documents-more = Weiteres
documents-notify-on = Mich über den ersten Download benachrichtigen
documents-notify-off = Mich nicht über den ersten Download benachrichtigen
documents-withdraw = Dokument zurückziehen
documents-withdraw-text = Kunden sehen es nicht mehr, seine Links enden, und laufende Downloads brechen ab. Sie können es eine Zeit lang wiederherstellen.
documents-withdraw-now = Zurückziehen
documents-withdraw-confirm = { $name } zurückziehen? Kunden verlieren es sofort.

done-document-changed = Das Dokument wurde geändert.
done-document-withdrawn = Das Dokument wurde zurückgezogen.
done-document-restored = Das Dokument ist wieder da.
done-document-replaced = Die neue Fassung ist eingegangen und wird geprüft.
done-document-notice-on = Sie erhalten eine E-Mail über den ersten Download.
done-document-notice-off = Sie erhalten keine E-Mail über den ersten Download.

# Was bei jedem Grund zu tun ist, aus dem ein Dokument abgelehnt wird

documents-reason-EMPTY_FILE = Die Datei ist leer. Speichern Sie das Dokument erneut, und laden Sie es hoch.
documents-reason-FILE_TOO_LARGE = Das Dokument ist zu groß. Verkleinern oder teilen Sie es.
documents-reason-NOT_OFFICE = Das ist kein Word-, Excel- oder PowerPoint-Dokument. Laden Sie ein solches hoch.
documents-reason-LEGACY_OFFICE = Das ist ein altes Office-Format. Speichern Sie die Datei (.doc, .xls, .ppt) als .docx, .xlsx oder .pptx.
documents-reason-OPENDOCUMENT = Das ist eine OpenDocument-Datei. Exportieren Sie sie als .docx, .xlsx oder .pptx.
documents-reason-NOT_OPC = Das ist ein Archiv. Laden Sie das Dokument selbst hoch.
documents-reason-OTHER_OOXML = Dieses Office-Format wird nicht angenommen. Laden Sie .docx, .xlsx oder .pptx hoch.
documents-reason-TEMPLATE = Das ist eine Vorlage oder Bildschirmpräsentation. Speichern Sie sie als gewöhnliches Dokument.
documents-reason-BINARY_WORKBOOK = Das ist eine binäre Arbeitsmappe. Speichern Sie die .xlsb als .xlsx.
documents-reason-MACRO_ENABLED = Es enthält Makros oder Aktionen, die ein Programm starten. Speichern Sie eine Kopie ohne diese.
documents-reason-ENCRYPTED = Es ist verschlüsselt. Entfernen Sie das Kennwort; bei einer Arbeitsmappe auch den Schutz vor Änderungen, wenn Excel sie mit seinem eingebauten Kennwort verschlüsselt hat.
documents-reason-ZIP_CORRUPT = Die Datei ist beschädigt. Laden Sie sie erneut hoch; hilft das nicht, öffnen und speichern Sie sie erneut.
documents-reason-ZIP_AMBIGUOUS = Der innere Aufbau ist widersprüchlich. Öffnen und speichern Sie das Dokument erneut.
documents-reason-ZIP_UNSAFE_NAME = Es enthält unsichere innere Namen. Öffnen und speichern Sie das Dokument erneut.
documents-reason-ZIP_UNSUPPORTED = Es ist ungewöhnlich komprimiert. Öffnen und speichern Sie das Dokument erneut.
documents-reason-ZIP_BOMB = Es wird entpackt unverhältnismäßig groß. Löschen Sie Überflüssiges, oder teilen Sie es.
documents-reason-OPC_INVALID = Ein nötiger Teil fehlt oder ist widersprüchlich. Öffnen und speichern Sie das Dokument erneut.
documents-reason-OPC_UNDECLARED_PART = Es enthält Dateien, die nicht dazugehören. Öffnen und speichern Sie das Dokument erneut.
documents-reason-KIND_MISMATCH = Der Inhalt ist nicht von der angegebenen Art. Öffnen und speichern Sie das Dokument erneut.
documents-reason-XML_MALFORMED = Ein Teil ist beschädigt. Öffnen und speichern Sie das Dokument erneut.
documents-reason-XML_DTD = Es enthält ein verbotenes XML-Konstrukt. Öffnen und speichern Sie das Dokument erneut.
documents-reason-XML_ENCODING = Es verwendet eine nicht unterstützte Zeichenkodierung. Öffnen und speichern Sie das Dokument erneut.
documents-reason-XML_LIMITS = Es ist zu komplex für eine sichere Prüfung. Vereinfachen Sie es.
documents-reason-EXTERNAL_REF = Es lädt Inhalte von einem anderen Computer. Entfernen Sie die Verknüpfung oder Vorlage.
documents-reason-DDE = Es enthält ein DDE-Feld, eine DDE-Formel oder eine DDE-Verknüpfung. Entfernen Sie diese.
documents-reason-EMBEDDED_EXECUTABLE = Darin ist ein Programm eingebettet. Entfernen Sie das Programm.
documents-reason-EMBEDDED_OBJECT = Es enthält eingebettete Objekte. Entfernen Sie diese.
documents-reason-EXTENSION_MISMATCH = Die Endung des Namens passt nicht zum Inhalt. Geben Sie der Datei die richtige Endung.
documents-reason-MALWARE = Der Virenscanner kennt es als Schadsoftware. Geben Sie es nicht weiter.
documents-reason-RIGHTS_MANAGED = Es ist auf bestimmte Personen beschränkt. Heben Sie die Beschränkung auf (Datei, Informationen, Schützen, Zugriff einschränken), und speichern Sie es erneut.
