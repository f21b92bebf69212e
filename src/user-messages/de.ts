import type { ErrorCode } from '../errors.js';

/**
 * The user message of every error, in German. See `user-message.ts` for the rules.
 */
export const GERMAN: Record<ErrorCode, string> = {
  // What was sent
  invalid_request:
    'Etwas von dem, was eingegeben oder gesendet wurde, kann so nicht verwendet werden. Bitte prüfen Sie es und versuchen Sie es noch einmal.',
  invalid_json:
    'Die Anwendung hat etwas gesendet, das sich nicht lesen lässt. Bitte wenden Sie sich an ihren Support.',
  invalid_deposition_id:
    'Die Anwendung hat einen Eintrag bei Zenodo genannt, den es nicht geben kann. Bitte gehen Sie zu ihr zurück und beginnen Sie noch einmal.',
  conflicting_tokens:
    'Die Anwendung hat zwei verschiedene Schlüssel gesendet. Bitte gehen Sie zu ihr zurück und melden Sie sich neu an.',
  callback_url_not_allowed:
    'Die Anwendung möchte Sie an eine Adresse zurückbringen, die hier nicht freigegeben ist. Bitte wenden Sie sich an ihren Support.',
  state_unknown:
    'Diese Anmeldung ist hier nicht bekannt. Bitte gehen Sie zur Anwendung zurück und beginnen Sie noch einmal.',
  state_used:
    'Diese Anmeldung ist bereits abgeschlossen. Bitte gehen Sie zur Anwendung zurück; falls dort keine Verbindung zu Zenodo zu sehen ist, beginnen Sie noch einmal.',
  state_expired:
    'Diese Anmeldung hat zu lange gedauert und ist beendet. Bitte gehen Sie zur Anwendung zurück und beginnen Sie noch einmal.',
  state_mismatch:
    'Diese Anmeldung wurde für etwas anderes begonnen. Bitte gehen Sie zur Anwendung zurück und beginnen Sie noch einmal.',
  code_refused:
    'Zenodo nimmt diese Anmeldung nicht mehr an. Bitte gehen Sie zur Anwendung zurück und verbinden Sie sich neu mit Zenodo.',
  no_files: 'Es wurde keine Datei gesendet. Bitte wählen Sie mindestens eine Datei aus.',
  empty_file: 'Diese Datei ist leer, und leere Dateien nimmt Zenodo nicht an. Bitte lassen Sie sie weg.',
  invalid_file_name:
    'Der Name dieser Datei ist bei Zenodo nicht möglich: Er ist zu lang, oder er enthält einen Schrägstrich, einen umgekehrten Schrägstrich oder unsichtbare Zeichen. Bitte benennen Sie die Datei um und wählen Sie sie neu aus.',
  duplicate_file_name:
    'Zwei dieser Dateien hätten bei Zenodo denselben Namen. Bitte benennen Sie eine um oder lassen Sie eine weg.',
  too_many_files:
    'Das sind mehr Dateien, als ein Eintrag bei Zenodo fassen kann. Bitte senden Sie weniger, oder packen Sie sie vorher in eine Zip-Datei.',
  size_mismatch:
    'Die angekommene Datei ist länger oder kürzer als die ausgewählte. Vielleicht wurde sie inzwischen geändert; bitte wählen Sie sie neu aus.',
  checksum_mismatch:
    'Die angekommene Datei weicht von der ausgewählten ab, deshalb wurde nichts davon behalten. Bitte senden Sie sie noch einmal.',
  malformed_multipart: 'Was ankam, lässt sich nicht in Dateien zerlegen. Bitte versuchen Sie es noch einmal.',
  incomplete_body: 'Die Verbindung endete, bevor alles angekommen war. Bitte versuchen Sie es noch einmal.',
  invalid_metadata:
    'In der Beschreibung fehlt etwas, oder Zenodo braucht es anders. Bitte gehen Sie zur Anwendung zurück und ergänzen Sie es.',
  invalid_manifest:
    'Die Beschreibung in Ihren Daten lässt sich nicht lesen. Bitte berichtigen Sie sie und senden Sie sie noch einmal.',
  too_complex:
    'Was gesendet wurde, ist zu groß oder zu verschachtelt, um gelesen zu werden. Bitte senden Sie etwas Einfacheres.',
  length_required:
    'Die Anwendung hat nicht gesagt, wie groß die Datei ist. Bitte wenden Sie sich an ihren Support.',
  payload_too_large: 'Das ist mehr, als auf einmal angenommen werden kann. Bitte senden Sie weniger.',
  unsupported_media_type:
    'Die Anwendung hat etwas in einer Form gesendet, die hier nicht verstanden wird. Bitte wenden Sie sich an ihren Support.',
  quota_exceeded:
    'Diese Dateien brauchen mehr Platz, als Zenodo für einen Eintrag hat. Bitte wählen Sie weniger oder kleinere Dateien aus oder bitten Sie Zenodo um mehr Platz.',
  request_timeout:
    'Ihre Daten kamen zu langsam an, deshalb wurde die Verbindung beendet. Bitte versuchen Sie es über eine schnellere Verbindung.',
  // Who is calling
  missing_token:
    'Sie sind hier nicht angemeldet. Bitte gehen Sie zur Anwendung zurück und beginnen Sie noch einmal.',
  invalid_token:
    'Ihr Zugang zu Zenodo ist hier nicht mehr bekannt. Bitte gehen Sie zur Anwendung zurück und verbinden Sie sich neu mit Zenodo.',
  token_must_come_first:
    'Die Anwendung hat Ihre Dateien gesendet, bevor sie gesagt hat, wem sie gehören. Bitte wenden Sie sich an ihren Support.',
  reauthorization_required:
    'Ihre Erlaubnis bei Zenodo ist abgelaufen. Bitte gehen Sie zur Anwendung zurück und verbinden Sie sich neu mit Zenodo; was angekommen ist, bleibt vorerst erhalten.',
  invalid_api_key:
    'Die Anwendung ist bei diesem Dienst nicht angemeldet. Bitte wenden Sie sich an ihren Support.',
  access_denied:
    'Sie haben bei Zenodo keine Erlaubnis gegeben, deshalb kann nichts dorthin gesendet werden. Falls das ein Versehen war, gehen Sie zur Anwendung zurück und beginnen Sie noch einmal.',
  not_your_deposition:
    'Dieser Eintrag bei Zenodo gehört zu einem anderen Konto. Bitte melden Sie sich bei Zenodo mit dem Konto an, dem er gehört.',
  // What is there
  not_found:
    'Unter dieser Adresse gibt es nichts. Bitte gehen Sie zur Anwendung zurück und beginnen Sie noch einmal.',
  deposition_not_found:
    'Den Eintrag bei Zenodo, zu dem diese Dateien gehören, gibt es nicht mehr. Bitte gehen Sie zur Anwendung zurück und beginnen Sie noch einmal.',
  file_not_found: 'Diese Datei ist nicht mehr da.',
  upload_not_found: 'Diese Übertragung ist hier nicht mehr bekannt. Bitte beginnen Sie noch einmal.',
  method_not_allowed:
    'Die Anwendung hat um etwas gebeten, das hier nicht möglich ist. Bitte wenden Sie sich an ihren Support.',
  already_published:
    'Dieser Eintrag ist bereits veröffentlicht, deshalb lassen sich seine Dateien nicht mehr ändern. Für weitere Dateien legen Sie in der Anwendung eine neue Version an.',
  ambiguous_user:
    'Mehrere Personen haben dies mit Zenodo verbunden, deshalb ist nicht klar, wer Sie sind. Bitte melden Sie sich in der Anwendung neu an.',
  upload_unfinished:
    'Eine andere Übertragung an dieselbe Stelle läuft noch. Bitte warten Sie, bis sie fertig ist, oder brechen Sie sie ab.',
  folder_exists:
    'Bei Zenodo gibt es schon eine Zip-Datei mit dem Namen Ihres Ordners. Bitte benennen Sie den Ordner um, oder löschen Sie die Zip-Datei vorher bei Zenodo.',
  upload_cancelled:
    'Diese Übertragung wurde abgebrochen. Beginnen Sie noch einmal, falls das nicht beabsichtigt war.',
  upload_superseded:
    'Eine spätere Übertragung hat eine andere Datei gleichen Namens gebracht, und die bleibt bei Zenodo. Wenn Ihre dort stehen soll, senden Sie sie bitte noch einmal.',
  metadata_conflict:
    'Gleichzeitig wurde etwas anderes geändert. Bitte sehen Sie es sich noch einmal an und wiederholen Sie Ihre Änderung.',
  review_open:
    'Eine Community bei Zenodo prüft diesen Eintrag, deshalb ist das jetzt nicht möglich. Bitte warten Sie auf ihre Entscheidung, oder brechen Sie die Prüfung bei Zenodo ab.',
  not_published:
    'Dieser Eintrag ist noch nicht veröffentlicht, deshalb ist das nicht möglich. Bitte veröffentlichen Sie ihn zuerst.',
  version_has_uploads:
    'Zur neuen Version wurden schon Dateien hochgeladen. Bitte gehen Sie zur Anwendung zurück.',
  external_doi:
    'Dieser Eintrag hat eine DOI von anderer Stelle, deshalb legt Zenodo keine neuen Versionen davon an. Bitte legen Sie einen neuen Eintrag an.',
  not_publishable:
    'Vor der Veröffentlichung fehlt noch etwas. Bitte gehen Sie zur Anwendung zurück und ergänzen Sie es.',
  operation_in_progress: 'Dasselbe geschieht bereits. Bitte warten Sie einen Moment.',
  too_many_requests:
    'Im Moment ist hier zu viel los. Bitte warten Sie einen Moment und versuchen Sie es noch einmal.',
  invalid_upload_link:
    'Dieser Link ist hier nicht bekannt. Bitte gehen Sie zur Anwendung zurück und öffnen Sie die Seite zum Hochladen von dort noch einmal.',
  upload_link_ended:
    'Dieser Link ist abgelaufen, deshalb lassen sich damit keine weiteren Dateien senden. Bitte gehen Sie zur Anwendung zurück und öffnen Sie die Seite zum Hochladen noch einmal.',
  upload_link_not_found: 'Diesen Link gibt es nicht mehr. Bitte gehen Sie zur Anwendung zurück.',
  upload_link_limit:
    'Das sind mehr oder größere Dateien, als die Anwendung hier erlaubt. Bitte wählen Sie weniger oder kleinere aus.',
  connection_required:
    'Die Anwendung muss sich zuerst mit Ihrem Konto bei Zenodo verbinden. Bitte gehen Sie zu ihr zurück und holen Sie das nach.',
  upload_gone:
    'Es ist zu viel Zeit vergangen, deshalb ist nicht mehr da, was von dieser Datei angekommen war. Bitte wählen Sie sie neu aus.',
  upload_complete:
    'Diese Übertragung ist abgeschlossen, deshalb kann nichts mehr hinzukommen. Bitte beginnen Sie eine neue.',
  upload_locked:
    'Diese Datei wird schon aus einem anderen Fenster oder Tab gesendet. Bitte machen Sie dort weiter, oder schließen Sie es zuerst.',
  upload_offset_mismatch:
    'Diese Datei wurde von der falschen Stelle an gesendet. Bitte senden Sie sie noch einmal.',
  chunk_checksum_mismatch:
    'Ein Teil dieser Datei wurde unterwegs beschädigt. Bitte senden Sie sie noch einmal.',
  tus_version_unsupported:
    'Das Programm, das Ihre Dateien sendet, passt nicht zu diesem Dienst. Bitte wenden Sie sich an den Support der Anwendung.',
  // What is behind the service
  internal_error:
    'Hier ist etwas fehlgeschlagen, und es liegt nicht an Ihnen. Bitte versuchen Sie es noch einmal; wenn es wieder geschieht, wenden Sie sich an den Support.',
  staged_bytes_lost:
    'Ein Teil dieser Datei ging hier verloren, bevor sie bei Zenodo war. Bitte senden Sie die Datei noch einmal.',
  service_misconfigured:
    'Dieser Dienst ist für Zenodo nicht richtig eingerichtet, deshalb kann jetzt nichts gesendet werden. Bitte wenden Sie sich an den Support.',
  staging_full:
    'Hier ist im Moment kein Platz für weitere Dateien. Bitte versuchen Sie es später noch einmal.',
  service_unavailable:
    'Dieser Dienst wird gerade neu gestartet oder ist stark ausgelastet. Bitte versuchen Sie es gleich noch einmal.',
  zenodo_refused: 'Zenodo hat dies nicht angenommen. Bitte wenden Sie sich an den Support der Anwendung.',
  zenodo_error: 'Zenodo hat im Moment eine Störung. Bitte versuchen Sie es in ein paar Minuten noch einmal.',
  zenodo_unreachable:
    'Zenodo ist im Moment nicht zu erreichen. Bitte versuchen Sie es in ein paar Minuten noch einmal.',
  zenodo_timeout:
    'Zenodo hat zu lange nicht geantwortet. Bitte versuchen Sie es in ein paar Minuten noch einmal.',
  zenodo_invalid_answer:
    'Zenodo hat etwas Unverständliches geantwortet. Bitte versuchen Sie es in ein paar Minuten noch einmal.',
  transfer_failed:
    'Diese Datei konnte trotz mehrerer Versuche nicht zu Zenodo gebracht werden. Bitte versuchen Sie es später noch einmal.',
  outcome_unknown:
    'Zenodo hat nicht gesagt, ob es dies ausgeführt hat. Bitte versuchen Sie es noch einmal: Zuerst wird nachgesehen, also geschieht nichts doppelt.',
};

/** The messages while the service still retries. The user does not have to do anything. */
export const GERMAN_WHILE_TRYING: Partial<Record<ErrorCode, string>> = {
  too_many_requests:
    'Zenodo bittet um eine kurze Pause. Ihre Dateien sind hier sicher und werden gesendet, sobald es wieder welche annimmt.',
  zenodo_refused:
    'Zenodo hat die Datei dieses Mal nicht angenommen. Sie ist hier sicher und wird von selbst noch einmal gesendet.',
  zenodo_error:
    'Zenodo ist im Moment nicht verfügbar. Ihre Dateien sind hier sicher und werden gesendet, sobald es wieder da ist.',
  zenodo_unreachable:
    'Zenodo ist im Moment nicht zu erreichen. Ihre Dateien sind hier sicher und werden gesendet, sobald es wieder geht.',
  zenodo_timeout:
    'Zenodo ist im Moment sehr langsam. Ihre Dateien sind hier sicher und werden gesendet, sobald es wieder antwortet.',
  zenodo_invalid_answer:
    'Zenodo arbeitet im Moment nicht richtig. Ihre Dateien sind hier sicher und werden gesendet, sobald es wieder geht.',
  transfer_failed:
    'Die Datei kam dieses Mal nicht bei Zenodo an. Sie ist hier sicher und wird von selbst noch einmal gesendet.',
  file_not_found:
    'Zenodo ist für diese Datei noch nicht bereit. Sie ist hier sicher und wird von selbst noch einmal gesendet.',
  staging_full:
    'Hier ist im Moment kein Platz für weitere Dateien. Es geht von selbst weiter, sobald Platz ist.',
  service_unavailable:
    'Dieser Dienst wird gerade neu gestartet oder ist stark ausgelastet. Es geht gleich von selbst weiter.',
  service_misconfigured:
    'Dieser Dienst ist für Zenodo nicht richtig eingerichtet. Ihre Dateien sind hier sicher und werden gesendet, sobald das behoben ist.',
  internal_error:
    'Hier ist etwas fehlgeschlagen, und es liegt nicht an Ihnen. Gleich wird es von selbst noch einmal versucht.',
};
