### Wörter, die alle Seiten gemeinsam haben.

page-skip = Zum Inhalt springen
page-error = Fehler:
page-signed-in-as = angemeldet als { $role }
optional = optional

nav-main = Hauptmenü
nav-pages = Seiten
nav-documents = Dokumente
nav-history = Verlauf
nav-upload = Hochladen
nav-invitations = Einladungen
nav-groups = Gruppen
nav-overview = Übersicht
nav-jobs = Jobs
nav-failures = Fehler
nav-queues = Warteschlangen
nav-workers = Worker
nav-mails = E-Mails
nav-users = Benutzer
nav-audit = Audit
nav-account = Mein Konto
nav-sign-in = Anmelden
nav-sign-out = Abmelden

action-save = Speichern
action-cancel = Abbrechen
action-delete = Löschen
action-search = Suchen
action-back = Zurück
action-more = Mehr anzeigen
action-confirm = Ja, ausführen
action-filter = Filtern
action-reset = Filter zurücksetzen
action-close = Schließen

confirm-title = Sind Sie sicher?
connection-lost = Verbindung unterbrochen. Neuer Versuch …
connection-back = Wieder verbunden.

## Felder der Formulare, wie die API sie nennt
field-email = E-Mail-Adresse
field-password = Passwort
field-current_password = Aktuelles Passwort
field-new_password = Neues Passwort
field-name = Name
field-code = Code
field-audience = Bestimmt für
field-recipients = E-Mail-Adressen und Gruppen
field-expires_at = Sichtbar bis
field-file = Dokument
field-members = Mitglieder
field-role = Rolle
field-address = E-Mail-Adresse
field-max_running = Jobs gleichzeitig
field-rate-starts = Jobs je Zeitraum
field-rate-per_ms = Länge des Zeitraums
field-over_seconds = Über so viele Sekunden verteilt
field-max_failure_percent = Anhalten, wenn mehr als so viele Prozent scheitern
field-filter = Welche Jobs
field-verb = Was geschehen soll
field-object = Kennung dessen, worum es ging
field-user = Person
field-about = Adresse oder Dokument
field-state = Zustand
field-queue = Queue
field-kind = Art
field-from = Von
field-until = Bis
field-link = Link
field-network = Netz
field-error = Text im letzten Fehler
field-q = Suche

role-client = Client
role-ops = Ops
role-admin = Admin

## Zustände, wie die API sie schreibt

# Dokumente
state-received = In Prüfung
state-available = Verfügbar
state-rejected = Abgelehnt
state-failed = Fehlgeschlagen
state-withdrawn = Zurückgezogen
# Aufträge und Sammelaktionen
state-scheduled = Geplant
state-ready = Bereit
state-running = Läuft
state-done = Erledigt
state-dead = Tot
state-cancelled = Abgebrochen
state-malformed = Unlesbar
state-stopped = Angehalten
# Warteschlangen
state-runs = In Betrieb
state-parked = Geparkt
state-paused = Pausiert
# Worker
state-alive = Aktiv
state-draining = Läuft aus
# Der Mailserver
state-works = Funktioniert
state-fails = Gestört
# Der Schutzschalter des Mailservers
state-closed = Geschlossen
state-open = Offen
state-half_open = Halb offen
# E-Mails
state-intended = Wird gesendet
state-not_taken = Nicht angenommen
state-unanswered = Unbeantwortet
state-held = Zurückgehalten
state-handed_over = Übergeben
state-settled = Abgeschlossen
# Benachrichtigungen
state-pending = Ausstehend
state-sent = Gesendet
state-skipped = Übersprungen
state-unsubscribed = Abbestellt
# Links
state-requested = Angefordert
state-revoked = Widerrufen
state-expired = Abgelaufen
state-used_up = Aufgebraucht
# Konten und Einladungen
state-active = Aktiv
state-disabled = Gesperrt
state-accepted = Angenommen

## Zeitpunkte, Dauern, Anzahlen

instant-utc = { $day }. { $month } { $year }, { $time } UTC
month-01 = Jan.
month-02 = Feb.
month-03 = März
month-04 = Apr.
month-05 = Mai
month-06 = Juni
month-07 = Juli
month-08 = Aug.
month-09 = Sept.
month-10 = Okt.
month-11 = Nov.
month-12 = Dez.
unit-second = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
  }
unit-minute = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
  }
unit-hour = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
  }
unit-day = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
  }
unit-document = { $count ->
    [one] { $count } Dokument
   *[other] { $count } Dokumente
  }
unit-job = { $count ->
    [one] { $count } Auftrag
   *[other] { $count } Aufträge
  }
unit-person = { $count ->
    [one] { $count } Person
   *[other] { $count } Personen
  }

## Probleme, nach ihrem Code

problem-retry-after = Bitte versuchen Sie es in { $time } erneut.
problem-invalid_json = Der Inhalt ist kein gültiges JSON
problem-bad_request = Die Anfrage ist fehlerhaft
problem-digest_mismatch = Die Prüfsumme passt nicht zu den Daten
problem-token_invalid = Der Link oder das Token ist nicht gültig
problem-unauthorized = Bitte melden Sie sich an
problem-token_expired = Ihre Sitzung ist abgelaufen
problem-invalid_credentials = E-Mail-Adresse oder Passwort ist falsch
problem-totp_required = Ein Einmalcode ist nötig
problem-totp_invalid = Der Einmalcode ist nicht gültig
problem-second_factor_required = Ein zweiter Faktor ist nötig
problem-forbidden = Nicht erlaubt
problem-sign_up_refused = Die Registrierung ist nicht offen
problem-not_found = Nicht gefunden
problem-method_not_allowed = Das ist hier nicht möglich
problem-conflict = Etwas anderes hat dies geändert oder ändert es gerade
problem-locked = Eine andere Anfrage bearbeitet es gerade
problem-checksum_mismatch = Die Prüfsumme passt nicht zu den Daten
problem-precondition_failed = Es hat sich geändert, seit Sie die Seite geöffnet haben
problem-precondition_required = Die Anfrage sagt nicht, welche Fassung sie ändert
problem-payload_too_large = Das ist zu groß
problem-unsupported_media_type = Dieser Medientyp wird nicht unterstützt
problem-range_not_satisfiable = Der Bereich liegt nicht in den Daten
problem-uri_too_long = Die Adresse ist zu lang
problem-headers_too_large = Die Kopfzeilen sind zu groß
problem-invalid_fields = Bitte korrigieren Sie die Felder
problem-idempotency_mismatch = Der Idempotenzschlüssel wurde für eine andere Anfrage verwendet
problem-rate_limited = Zu viele Anfragen
problem-request_timeout = Die Anfrage kam nicht rechtzeitig an
problem-quota_exceeded = Ihre Dokumente dürfen nicht mehr Platz belegen
problem-storage_full = Für weitere Dokumente ist kein Platz
problem-internal = Bei uns ist etwas schiefgegangen
problem-unavailable = Zurzeit nicht verfügbar
