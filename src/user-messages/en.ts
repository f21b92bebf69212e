import type { ErrorCode } from '../errors.js';

/**
 * What every error means for the person at the browser, in English. Rules: see `user-message.ts`.
 */
export const ENGLISH: Record<ErrorCode, string> = {
  // What was sent
  invalid_request:
    'Something that was entered or sent cannot be used as it is. Please check it and try again.',
  invalid_json: 'The application sent something that cannot be read. Please tell its support team.',
  invalid_deposition_id:
    'The application named an entry at Zenodo that cannot exist. Please go back to it and start again.',
  conflicting_tokens:
    'The application sent two different keys at once. Please go back to it and sign in again.',
  callback_url_not_allowed:
    'The application wants to bring you back to an address that is not approved here. Please tell its support team.',
  state_unknown: 'This sign-in is not known here. Please go back to the application and start again.',
  state_used:
    'This sign-in was already completed. Please go back to the application; if it does not show your connection to Zenodo, start again.',
  state_expired:
    'This sign-in took too long and has ended. Please go back to the application and start again.',
  state_mismatch:
    'This sign-in was begun for something else. Please go back to the application and start again.',
  code_refused:
    'Zenodo no longer accepts this sign-in. Please go back to the application and connect to Zenodo again.',
  no_files: 'There is no file in what was sent. Please choose at least one file.',
  empty_file: 'This file is empty, and Zenodo does not take empty files. Please leave it out.',
  invalid_file_name:
    'The name of this file cannot be used at Zenodo. Please give it a shorter or simpler name and choose it again.',
  duplicate_file_name:
    'Two of these files would have the same name at Zenodo. Please rename one, or leave one out.',
  too_many_files:
    'These are more files than one entry at Zenodo can hold. Please put them into folders: each folder becomes one zip file.',
  size_mismatch:
    'The file that arrived is longer or shorter than the one you chose. It may have changed meanwhile; please choose it again.',
  checksum_mismatch:
    'The file that arrived differs from the one you chose, so none of it is kept. Please send it again.',
  malformed_multipart: 'What arrived cannot be taken apart into files. Please try again.',
  incomplete_body: 'The connection ended before everything had arrived. Please try again.',
  invalid_metadata:
    'Some of the description is missing or not as Zenodo needs it. Please go back to the application and complete it.',
  invalid_manifest: 'The description inside your data cannot be read. Please correct it and send it again.',
  too_complex: 'What was sent is too large or too deeply nested to be read. Please send something simpler.',
  length_required: 'The application did not say how large the file is. Please tell its support team.',
  payload_too_large: 'This is larger than what can be taken at once. Please send less.',
  unsupported_media_type:
    'The application sent something in a form that is not understood here. Please tell its support team.',
  quota_exceeded:
    'These files need more room than Zenodo has for one entry. Please choose fewer or smaller files, or ask Zenodo for more room.',
  request_timeout:
    'Your data arrived too slowly, so the connection was ended. Please try again over a faster connection.',
  // Who is calling
  missing_token: 'You are not signed in here. Please go back to the application and start again.',
  invalid_token:
    'Your access to Zenodo is not known here any more. Please go back to the application and connect to Zenodo again.',
  token_must_come_first:
    'The application sent your files before it said whose they are. Please tell its support team.',
  reauthorization_required:
    'Your permission at Zenodo has ended. Please go back to the application and connect to Zenodo again; what has arrived is kept for now.',
  invalid_api_key: 'The application is not registered with this service. Please tell its support team.',
  access_denied:
    'You did not give your permission at Zenodo, so nothing can be sent there. If that was a mistake, go back to the application and start again.',
  not_your_deposition:
    'This entry at Zenodo belongs to another account. Please sign in at Zenodo with the account that owns it.',
  // What is there
  not_found: 'There is nothing at this address. Please go back to the application and start again.',
  deposition_not_found:
    'The entry at Zenodo that these files belong to does not exist any more. Please go back to the application and start again.',
  file_not_found: 'This file is not there any more.',
  upload_not_found: 'This upload is not known here any more. Please start again.',
  method_not_allowed:
    'The application asked for something that is not possible here. Please tell its support team.',
  already_published:
    'This entry is already published, so its files can no longer be changed. To add files, make a new version in the application.',
  ambiguous_user:
    'More than one person has connected this to Zenodo, so it is not clear who you are. Please sign in again in the application.',
  upload_unfinished:
    'Another upload to the same place is still going on. Please wait until it is finished, or cancel it.',
  folder_exists:
    'Zenodo already has a zip file with the name of your folder. Please rename the folder, or choose to replace the zip file.',
  upload_cancelled: 'This upload was cancelled. Start again if that was not intended.',
  upload_superseded:
    'A later upload brought another file of the same name, and that one stays at Zenodo. If yours is to be there, please send it again.',
  metadata_conflict:
    'Something else was changed at the same time. Please look at it again and repeat your change.',
  review_open:
    'A community at Zenodo is looking at this entry, so it cannot be changed like this now. Please wait for its decision, or cancel the review at Zenodo.',
  not_published: 'This entry is not published yet, so this is not possible. Please publish it first.',
  external_doi:
    'This entry has a DOI from somewhere else, so Zenodo makes no new versions of it. Please make a new entry.',
  not_publishable:
    'Something is still missing before this can be published. Please go back to the application and complete it.',
  operation_in_progress: 'The same thing is already being done. Please wait a moment.',
  too_many_requests: 'There is too much going on right now. Please wait a moment and try again.',
  invalid_upload_link:
    'This link is not known here. Please go back to the application and open the upload page from there again.',
  upload_link_ended:
    'This link has ended, so no more files can be sent with it. Please go back to the application and open the upload page again.',
  upload_link_not_found: 'This link does not exist any more. Please go back to the application.',
  upload_link_limit:
    'These are more or larger files than the application allows here. Please choose fewer or smaller ones.',
  connection_required:
    'The application has to connect to Zenodo with your account first. Please go back to it and do so.',
  upload_gone: 'Too much time has passed, so what had arrived of this file is gone. Please choose it again.',
  upload_complete: 'This upload is complete, so nothing can be added to it. Please start a new one.',
  upload_locked:
    'This file is already being sent from another window or tab. Please continue there, or close it first.',
  upload_offset_mismatch: 'This file was sent from the wrong place on. Please send it again.',
  chunk_checksum_mismatch: 'A part of this file was damaged on its way. Please send it again.',
  tus_version_unsupported:
    'The program that sends your files does not fit this service. Please tell the support team of the application.',
  // What is behind the service
  internal_error:
    'Something failed here, and it is not your fault. Please try again; if it happens again, tell the support team.',
  service_misconfigured:
    'This service is not set up correctly for Zenodo, so nothing can be sent now. Please tell the support team.',
  staging_full: 'There is no room for more files here right now. Please try again later.',
  service_unavailable: 'This service is being restarted or is very busy. Please try again in a moment.',
  zenodo_refused: 'Zenodo did not accept this. Please tell the support team of the application.',
  zenodo_error: 'Zenodo has a problem right now. Please try again in a few minutes.',
  zenodo_unreachable: 'Zenodo cannot be reached right now. Please try again in a few minutes.',
  zenodo_timeout: 'Zenodo took too long to answer. Please try again in a few minutes.',
  zenodo_invalid_answer: 'Zenodo gave an answer that makes no sense. Please try again in a few minutes.',
  transfer_failed:
    'This file could not be brought to Zenodo, although it was tried several times. Please try again later.',
  outcome_unknown:
    'Zenodo did not say whether it did this. Please try again: first it is checked, so nothing is done twice.',
};

/** The same while the service goes on trying by itself: nothing is asked of the person. */
export const ENGLISH_WHILE_TRYING: Partial<Record<ErrorCode, string>> = {
  too_many_requests:
    'Zenodo asks for a short break. Your files are safe here and will be sent as soon as it takes more.',
  zenodo_refused: 'Zenodo did not take the file this time. It is safe here and will be sent again by itself.',
  zenodo_error:
    'Zenodo is not available right now. Your files are safe here and will be sent as soon as it is back.',
  zenodo_unreachable:
    'Zenodo cannot be reached right now. Your files are safe here and will be sent as soon as it can.',
  zenodo_timeout:
    'Zenodo is very slow right now. Your files are safe here and will be sent as soon as it answers again.',
  zenodo_invalid_answer:
    'Zenodo is not working properly right now. Your files are safe here and will be sent as soon as it is.',
  transfer_failed:
    'The file did not arrive at Zenodo this time. It is safe here and will be sent again by itself.',
  file_not_found: 'Zenodo is not ready for this file yet. It is safe here and will be sent again by itself.',
  staging_full: 'There is no room for more files here right now. It goes on by itself as soon as there is.',
  service_unavailable: 'This service is being restarted or is very busy. It goes on by itself in a moment.',
  service_misconfigured:
    'This service is not set up correctly for Zenodo. Your files are safe here and will be sent once that is put right.',
  internal_error: 'Something failed here, and it is not your fault. It is tried again by itself in a moment.',
};
