/**
 * Fields of the deposit API's metadata
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/schemas.py`).
 */
export const DEPOSIT_FIELDS: ReadonlySet<string> = new Set(
  (
    'upload_type publication_type image_type software_type publication_date title creators description access_right license embargo_date access_conditions doi ' +
    'prereserve_doi keywords notes method related_identifiers alternate_identifiers additional_descriptions contributors references communities grants journal_title journal_volume ' +
    'journal_issue journal_pages conference_title conference_acronym conference_dates conference_place conference_url conference_session conference_session_part imprint_publisher ' +
    'imprint_isbn imprint_place partof_title partof_pages thesis_supervisors thesis_university subjects version language locations dates custom'
  ).split(' '),
);
