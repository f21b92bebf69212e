import { BLOCKED } from '../errors.js';
import { flaskJson, spacedJson } from '../json.js';
import type { Fault } from './fault.js';

/** A fault that users of Zenodo reported: what happens, where it was reported, and its effects. */
export interface NamedFault {
  name: string;
  says: string;
  source: string;
  fault: Fault;
}

const DEPOSITION = '/api/deposit/depositions/:id';
const PUBLISH = {
  method: 'POST',
  path: [`${DEPOSITION}/actions/publish`, '/api/records/:id/draft/actions/publish'],
};
const NEW_VERSION = {
  method: 'POST',
  path: [`${DEPOSITION}/actions/newversion`, '/api/records/:id/versions'],
};
const UPLOAD = {
  method: ['PUT', 'POST'],
  path: ['/api/files/:bucket/:key', `${DEPOSITION}/files`, '/api/records/:id/draft/files/*/content'],
};
const DEPOSITIONS = { path: ['/api/deposit/depositions', DEPOSITION, `${DEPOSITION}/actions/:action`] };
const TOKEN = { method: 'POST', path: '/oauth/token' };
const ONCE = { times: 1 };

/**
 * All named faults. Momentary faults apply once by default. Lasting ones apply until they are
 * removed.
 */
export const NAMED_FAULTS: NamedFault[] = [
  row('publish-504-but-done', 'Publishes the record, but responds with 504.', 'zenodo/zenodo#2028', {
    ...PUBLISH,
    ...ONCE,
    status: 504,
    done: true,
  }),
  row('newversion-504-but-done', 'Creates the new version, but responds with 504.', 'zenodo/zenodo#2442', {
    ...NEW_VERSION,
    ...ONCE,
    status: 504,
    done: true,
  }),
  row(
    'upload-stored-answer-lost',
    'Stores the file, but closes the connection without a response.',
    'zenodo/zenodo#2534',
    {
      ...UPLOAD,
      ...ONCE,
      drop: true,
    },
  ),
  row('connection-cut', 'Resets the connection in the middle of an upload.', 'zenodo/zenodo#2328', {
    ...UPLOAD,
    ...ONCE,
    reset: 'request',
    atFraction: 0.5,
  }),
  row('upload-stalls', 'Stops reading in the middle of an upload.', 'zenodo/zenodo#2582', {
    ...UPLOAD,
    ...ONCE,
    stopReading: true,
    atFraction: 0.5,
  }),
  row('wrong-md5', 'Reports a checksum that does not match the bytes sent.', 'zenodo/zenodo#2514', {
    ...UPLOAD,
    ...ONCE,
    replace: [{ find: '("checksum": ?"(?:md5:)?)[0-9a-f]{32}', with: '$100000000000000000000000000000000' }],
  }),
  row('rate-limited', 'Responds with 429.', 'zenodo/zenodo-rdm#1286', {
    path: '/api/*',
    ...ONCE,
    status: 429,
    body: flaskJson({ message: '100 per 1 minute', status: 429 }),
    headers: { 'retry-after': '60', 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0' },
  }),
  row('maintenance', 'Responds to every request with 503 and an HTML page.', 'zenodo/zenodo-rdm#1261', {
    path: '*',
    status: 503,
  }),
  row('invalid-grant', 'Refuses a valid code or refresh token.', 'zenodo/zenodo-rdm#878', {
    ...TOKEN,
    ...ONCE,
    status: 400,
    body: spacedJson({ error: 'invalid_grant' }),
    headers: { 'cache-control': 'no-store', pragma: 'no-cache' },
  }),
  row(
    'refresh-answer-lost',
    'Rotates the tokens, but closes the connection without a response.',
    'dockstore/dockstore#2787',
    {
      ...TOKEN,
      ...ONCE,
      form: { grant_type: 'refresh_token' },
      drop: true,
    },
  ),
  row('token-revoked', 'Revokes the token of the next call.', 'zenodo/zenodo#2543', {
    path: '/api/*',
    ...ONCE,
    revokeToken: true,
  }),
  row(
    'csrf-400',
    'Responds to writes as if cookies had been sent with an invalid token.',
    'eblondel/zen4R#193',
    {
      method: ['POST', 'PUT', 'PATCH', 'DELETE'],
      path: '/api/*',
      ...ONCE,
      status: 400,
      body: flaskJson({ message: 'CSRF token missing or incorrect.', status: 400 }),
    },
  ),
  row('bucket-missing', 'Omits the bucket link of depositions.', 'zenodo/zenodo#2286', {
    ...DEPOSITIONS,
    replace: [{ find: '"bucket": ?"[^"]*", ?', with: '' }],
  }),
  row(
    'bucket-elsewhere',
    'Returns a bucket link that points to another host.',
    'GenAI-Security-Project/GenAI-LLM-Top10#138',
    {
      ...DEPOSITIONS,
      replace: [{ find: '("bucket": ?")https?://[^/"]*', with: '$1https://elsewhere.example' }],
    },
  ),
  row('listing-lags', 'Omits recent items from listings.', 'zenodo/zenodo#2517', {
    method: 'GET',
    path: [
      '/api/deposit/depositions',
      '/api/user/records',
      '/api/records',
      '/api/records/:id/versions',
      '/api/communities/:id/records',
    ],
    lag: 60,
  }),
  row('delete-403', 'Refuses a permitted deletion.', 'zenodo/zenodo#2502', {
    method: 'DELETE',
    path: '/api/*',
    ...ONCE,
    status: 403,
    body: { status: 403, message: 'Permission denied.' },
  }),
  row('publish-500', 'Fails to publish with 500.', 'zenodo/zenodo-rdm#1305', {
    ...PUBLISH,
    ...ONCE,
    status: 500,
  }),
  row(
    'account-blocked',
    'Refuses to publish, because the account is classified as spam.',
    'zenodo/zenodo-rdm:site/zenodo_rdm/moderation',
    {
      ...PUBLISH,
      status: 400,
      body: { status: 400, message: BLOCKED },
    },
  ),
];

/** The named fault, or undefined. */
export function namedFault(name: string): NamedFault | undefined {
  return NAMED_FAULTS.find((candidate) => candidate.name === name);
}

function row(name: string, says: string, source: string, fault: Fault): NamedFault {
  return { name, says, source, fault };
}
