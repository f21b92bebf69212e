import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { namesOf } from '../impersonate/names.js';
import type { Options } from '../options.js';
import { ControlError } from './control-error.js';

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Throws 403 unless a control call comes from this machine and was meant for the mock. Web pages
 * must not control a developer's mock, neither from another origin nor by DNS rebinding. With a
 * control token, the token alone decides.
 */
export function guardControl(request: FastifyRequest, options: Options): void {
  const { origin, host = '', 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined && origin !== `${request.protocol}://${host}` && origin !== options.publicUrl) {
    throw new ControlError(403, 'Control calls from other origins are not allowed.');
  }
  if (site === 'cross-site') throw new ControlError(403, 'Control calls from other sites are not allowed.');
  if (options.controlToken !== undefined) {
    if (sameText(request.headers['x-control-token'], options.controlToken)) return;
    throw new ControlError(403, 'The header X-Control-Token is missing or wrong.');
  }
  if (!isKnownHost(host, options)) {
    throw new ControlError(403, `Control calls to the host name ${host} require a control token.`);
  }
  if (!isThisMachine(request.socket.remoteAddress, options)) {
    throw new ControlError(403, 'Control calls from other machines require a control token.');
  }
}

function isKnownHost(host: string, { host: listening, publicUrl, impersonate }: Options): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return (
    LOOPBACK_HOSTS.has(name) ||
    name === listening.toLowerCase() ||
    (impersonate && namesOf(publicUrl).includes(name)) ||
    (publicUrl !== undefined && host === new URL(publicUrl).host)
  );
}

/** Whether a peer is this machine: it may call from the one address that the mock listens on. */
function isThisMachine(peer = '', { host }: Options): boolean {
  const plain = peer.replace(/^::ffff:/, '');
  return plain === '::1' || plain.startsWith('127.') || plain === host;
}

/** Compares in a time that does not depend on where the texts differ. */
function sameText(given: string | string[] | undefined, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(wanted));
}
