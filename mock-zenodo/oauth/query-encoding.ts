import type { FastifyRequest } from 'fastify';
import { FrameworkError } from '../errors.js';

const RAW_ALLOWED = /^[A-Za-z0-9_.\-=&;:%+~,*@!()/?]*$/;
const BROKEN_HEX = /%[^0-9A-Fa-f]|%[0-9A-Fa-f][^0-9A-Fa-f]/;

/**
 * Throws Zenodo's 400 for a query string with characters that should have been percent-encoded, or
 * with a broken escape. oauthlib decodes the query of every API request, whatever the endpoint
 * (`oauthlib/oauthlib:oauthlib/common.py`).
 */
export function rejectRawCharacters(request: FastifyRequest): void {
  const query = /\?(.*)$/s.exec(request.raw.url ?? '')?.[1] ?? '';
  if (RAW_ALLOWED.test(query) && !BROKEN_HEX.test(query)) return;
  throw new FrameworkError(400, 'Error trying to decode a non urlencoded string.');
}
