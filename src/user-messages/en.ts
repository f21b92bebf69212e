import type { ErrorCode } from '../errors.js';

/**
 * The user message of every error, in English. See `user-message.ts` for the rules.
 */
export const ENGLISH: Record<ErrorCode, string> = {
  // What was sent
  invalid_request: 'Something that you entered or sent is not valid. Please check it and try again.',
  invalid_json: 'The application sent something that cannot be read. Please tell its support team.',
  invalid_deposition_id:
    'The application named an entry at Zenodo that cannot exist. Please go back to the application and start again.',
  conflicting_tokens:
    'The application sent two different keys at once. Please go back to the application and sign in again.',
  callback_url_not_allowed:
    'The application wants to send you back to an address that is not approved here. Please tell its support team.',
  state_unknown: 'This sign-in is not known here. Please go back to the application and start again.',
  state_used:
    'This sign-in is already complete. Please go back to the application, and start again if it does not show your connection to Zenodo.',
  state_expired:
    'This sign-in took too long and has ended. Please go back to the application and start again.',
  state_mismatch:
    'This sign-in was started for something else. Please go back to the application and start again.',
  code_refused:
    'Zenodo no longer accepts this sign-in. Please go back to the application and connect to Zenodo again.',
  no_files: 'No file was sent. Please choose at least one file.',
  empty_file: 'This file is empty, and Zenodo does not accept empty files. Please leave it out.',
  invalid_file_name:
    'The name of this file cannot be used at Zenodo: it is too long, or it contains a slash, a backslash or invisible characters. Please rename the file and choose it again.',
  duplicate_file_name:
    'Two of these files would have the same name at Zenodo. Please rename or leave out one of them.',
  too_many_files:
    'These are more files than one entry at Zenodo can have. Please send fewer, or pack them into a zip file first.',
  size_mismatch:
    'The file that arrived is longer or shorter than the one you chose. It may have changed in the meantime, so please choose it again.',
  checksum_mismatch:
    'The file that arrived differs from the one you chose, so it was not kept. Please send it again.',
  malformed_multipart: 'The files arrived in a form that cannot be read. Please try again.',
  incomplete_body: 'The connection ended before everything had arrived. Please try again.',
  invalid_metadata:
    'The description is incomplete, or not in the form that Zenodo needs. Please go back to the application and correct it.',
  invalid_manifest: 'The description inside your data cannot be read. Please correct it and send it again.',
  too_complex: 'What was sent is too large or too deeply nested to be read. Please send something simpler.',
  length_required: 'The application did not say how large the file is. Please tell its support team.',
  payload_too_large: 'This is too large to be sent at once. Please send less.',
  unsupported_media_type:
    'The application sent something in a format that is not supported here. Please tell its support team.',
  quota_exceeded:
    'These files need more space than Zenodo has for one entry. Please choose fewer or smaller files, or ask Zenodo for more space.',
  request_timeout:
    'Your data arrived too slowly, so the connection was closed. Please try again over a faster connection.',
  // Who is calling
  missing_token: 'You are not signed in here. Please go back to the application and start again.',
  invalid_token:
    'Your access to Zenodo is no longer known here. Please go back to the application and connect to Zenodo again.',
  token_must_come_first:
    'The application sent your files before it said whose they are. Please tell its support team.',
  reauthorization_required:
    'Your permission at Zenodo has ended, but what has arrived is kept for now. Please go back to the application and connect to Zenodo again.',
  invalid_api_key: 'The application is not registered with this service. Please tell its support team.',
  access_denied:
    'You did not give your permission at Zenodo, so nothing can be sent there. If that was a mistake, go back to the application and start again.',
  not_your_deposition:
    'This entry at Zenodo belongs to another account. Please sign in at Zenodo with the account that owns it.',
  // What is there
  not_found: 'There is nothing at this address. Please go back to the application and start again.',
  deposition_not_found:
    'The entry at Zenodo that these files belong to no longer exists. Please go back to the application and start again.',
  file_not_found: 'This file no longer exists.',
  upload_not_found: 'This upload is no longer known here. Please start again.',
  method_not_allowed:
    'The application asked for something that is not possible here. Please tell its support team.',
  already_published:
    'This entry is already published, so its files can no longer be changed. To add files, create a new version in the application.',
  ambiguous_user:
    'More than one person has connected this to Zenodo, so it is not clear who you are. Please sign in again in the application.',
  upload_unfinished:
    'Another upload to the same entry is still running. Please wait until it is finished, or cancel it.',
  folder_exists:
    'Zenodo already has a zip file with the name of your folder. Please rename the folder, or delete that zip file at Zenodo first.',
  upload_cancelled: 'This upload was cancelled. If you did not intend that, please start again.',
  upload_superseded:
    'A later upload sent another file with the same name, and Zenodo keeps that one. If it should be yours, please send it again.',
  metadata_conflict:
    'Something else was changed at the same time. Please look at it again and repeat your change.',
  review_open:
    'A community at Zenodo is reviewing this entry, so this is not possible now. Please wait for its decision, or cancel the review at Zenodo.',
  not_published: 'This entry is not published yet, so this is not possible. Please publish it first.',
  version_has_uploads:
    'Files have already been uploaded to the new version. Please go back to the application.',
  external_doi:
    'This entry has a DOI from somewhere else, so Zenodo creates no new versions of it. Please create a new entry.',
  not_publishable:
    'Something is missing before this can be published. Please go back to the application and complete it.',
  operation_in_progress: 'This is already being done. Please wait a moment.',
  too_many_requests: 'This service is very busy right now. Please wait a moment and try again.',
  invalid_upload_link:
    'This link is not known here. Please go back to the application and open the upload page from there again.',
  upload_link_ended:
    'This link has ended, so no more files can be sent with it. Please go back to the application and open the upload page again.',
  upload_link_not_found: 'This link no longer exists. Please go back to the application.',
  upload_link_limit:
    'These are more or larger files than the application allows here. Please choose fewer or smaller ones.',
  connection_required:
    'The application has to connect to Zenodo with your account first. Please go back to it and do so.',
  upload_gone:
    'Too much time has passed, so the part of this file that had arrived is gone. Please choose the file again.',
  upload_complete: 'This upload is complete, so nothing can be added to it. Please start a new one.',
  upload_locked:
    'This file is already being sent from another window or tab. Please continue there, or close it first.',
  upload_offset_mismatch: 'Parts of this file arrived in the wrong order. Please send it again.',
  chunk_checksum_mismatch: 'A part of this file was damaged on its way. Please send the file again.',
  tus_version_unsupported:
    'The program that sends your files does not work with this service. Please tell the support team of the application.',
  // What is behind the service
  internal_error:
    'Something failed here, and it is not your fault. Please try again; if it happens again, tell the support team.',
  staged_bytes_lost:
    'A part of this file was lost here before it reached Zenodo. Please send the file again.',
  service_misconfigured:
    'This service is not set up correctly for Zenodo, so nothing can be sent now. Please tell the support team.',
  staging_full: 'There is no space for more files here right now. Please try again later.',
  service_unavailable: 'This service is being restarted or is very busy. Please try again in a moment.',
  zenodo_refused: 'Zenodo did not accept this. Please tell the support team of the application.',
  zenodo_error: 'Zenodo has a problem right now. Please try again in a few minutes.',
  zenodo_unreachable: 'Zenodo cannot be reached right now. Please try again in a few minutes.',
  zenodo_timeout: 'Zenodo took too long to answer. Please try again in a few minutes.',
  zenodo_invalid_answer: 'Zenodo sent a response that makes no sense. Please try again in a few minutes.',
  transfer_failed: 'This file could not be sent to Zenodo in several attempts. Please try again later.',
  outcome_unknown:
    'Zenodo did not confirm whether this was done. Please try again: this service checks first, so nothing is done twice.',
};

/** The messages while the service still retries. The user does not have to do anything. */
export const ENGLISH_WHILE_TRYING: Partial<Record<ErrorCode, string>> = {
  too_many_requests:
    'Zenodo asks for a short break. Your files are safe here and will be sent as soon as it accepts more.',
  zenodo_refused:
    'Zenodo did not accept the file this time. It is safe here and will be sent again automatically.',
  zenodo_error:
    'Zenodo is not available right now. Your files are safe here and will be sent as soon as it is back.',
  zenodo_unreachable:
    'Zenodo cannot be reached right now. Your files are safe here and will be sent as soon as it can be reached.',
  zenodo_timeout:
    'Zenodo is very slow right now. Your files are safe here and will be sent as soon as it responds again.',
  zenodo_invalid_answer:
    'Zenodo is not working properly right now. Your files are safe here and will be sent as soon as it works again.',
  transfer_failed:
    'The file did not arrive at Zenodo this time. It is safe here and will be sent again automatically.',
  file_not_found:
    'Zenodo is not ready for this file yet. It is safe here and will be sent again automatically.',
  staging_full:
    'There is no space for more files here right now. The upload continues automatically as soon as there is.',
  service_unavailable:
    'This service is being restarted or is very busy. The upload continues automatically in a moment.',
  service_misconfigured:
    'This service is not set up correctly for Zenodo. Your files are safe here and will be sent once that is corrected.',
  internal_error:
    'Something failed here, and it is not your fault. The service tries again automatically in a moment.',
};
