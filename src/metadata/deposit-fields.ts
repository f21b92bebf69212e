/**
 * Fields of the deposit API that are one text, and their paths in the draft
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`).
 */
export const TEXT_FIELDS: Readonly<Record<string, string>> = {
  title: 'metadata.title',
  version: 'metadata.version',
  journal_title: 'custom_fields.journal:journal.title',
  journal_volume: 'custom_fields.journal:journal.volume',
  journal_issue: 'custom_fields.journal:journal.issue',
  journal_pages: 'custom_fields.journal:journal.pages',
  conference_title: 'custom_fields.meeting:meeting.title',
  conference_acronym: 'custom_fields.meeting:meeting.acronym',
  conference_dates: 'custom_fields.meeting:meeting.dates',
  conference_place: 'custom_fields.meeting:meeting.place',
  conference_url: 'custom_fields.meeting:meeting.url',
  conference_session: 'custom_fields.meeting:meeting.session',
  conference_session_part: 'custom_fields.meeting:meeting.session_part',
  imprint_publisher: 'metadata.publisher',
  imprint_isbn: 'custom_fields.imprint:imprint.isbn',
  imprint_place: 'custom_fields.imprint:imprint.place',
  partof_title: 'custom_fields.imprint:imprint.title',
  partof_pages: 'custom_fields.imprint:imprint.pages',
  thesis_university: 'custom_fields.thesis:thesis.university',
};

/** All metadata fields of the deposit API (`…/legacy/deserializers/schemas.py` there). */
export const DEPOSIT_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(TEXT_FIELDS),
  ...(
    'upload_type publication_type image_type software_type publication_date creators description access_right license embargo_date access_conditions doi prereserve_doi ' +
    'keywords notes method related_identifiers alternate_identifiers additional_descriptions contributors references communities grants thesis_supervisors subjects language ' +
    'locations dates custom'
  ).split(' '),
]);
