import { createHmac } from 'node:crypto';
import { badResumptionToken } from './problem.js';

/** The records in a list. Times are milliseconds since the epoch. */
export interface Selection {
  metadataPrefix?: string | undefined;
  set?: string | undefined;
  from?: number | undefined;
  until?: number | undefined;
}

/** The next page of a list, as its resumption token contains it. */
interface Resumed {
  page: number;
  selection: Selection;
}

/** Seconds until a token expires (`zenodo/zenodo-rdm:invenio.cfg`). */
export const TOKEN_LIFE = 120;

/** Protects against typing errors, not against people: the mock has no secrets. */
const SECRET = 'mock-zenodo';

/**
 * A token for the next page, for one verb: data, time and signature separated by dots, as in
 * `inveniosoftware/invenio-oaiserver:invenio_oaiserver/resumption_token.py`. `now` is in
 * milliseconds.
 */
export function sealToken(verb: string, resumed: Resumed, now: number): string {
  const data = Buffer.from(JSON.stringify(resumed)).toString('base64url');
  const signed = `${data}.${Math.floor(now / 1000).toString(36)}`;
  return `${signed}.${signature(verb, signed)}`;
}

/** The content of a token. Throws badResumptionToken if it is forged or expired. */
export function openToken(verb: string, token: string, now: number): Resumed {
  const [data = '', time = '', sign = '', ...rest] = token.split('.');
  const age = now / 1000 - Number.parseInt(time, 36);
  const right = rest.length === 0 && sign === signature(verb, `${data}.${time}`);
  if (!right || !(age <= TOKEN_LIFE)) throw badResumptionToken();
  return JSON.parse(Buffer.from(data, 'base64url').toString('utf8'));
}

function signature(verb: string, text: string): string {
  return createHmac('sha1', SECRET).update(`${verb} ${text}`).digest('base64url');
}
