import type { FastifyRequest } from 'fastify';

/** Prefix of every upload link's secret. */
export const UPLOAD_LINK_PREFIX = 'zdl_';

/** Whether a token looks like the secret of an upload link. */
export function isUploadLinkSecret(token: string): boolean {
  return token.startsWith(UPLOAD_LINK_PREFIX);
}

/**
 * The secret of an upload link in a request. It is only accepted in the Authorization header,
 * because URLs and bodies are logged elsewhere.
 */
export function uploadLinkSecretOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization ?? '';
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? '';
  return isUploadLinkSecret(token) ? token : null;
}
