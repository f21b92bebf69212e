import { isIP } from 'node:net';

/** The hosts that are Zenodo itself. */
const ZENODO_NAMES = ['zenodo.org', 'sandbox.zenodo.org'];

/** Hosts of other sites that belong to Zenodo, or that lead to it. */
export const SITE_NAMES = ['www.zenodo.org', 'developers.zenodo.org', 'doi.org', 'www.doi.org', 'dx.doi.org'];

/** All hosts that every mock stands in for. */
const NAMES = [...ZENODO_NAMES, ...SITE_NAMES];

/** All hosts that a mock stands in for: those, and the host of its public URL. */
export function namesOf(publicUrl: string | undefined): string[] {
  if (publicUrl === undefined || namesThisMachine(publicUrl)) return NAMES;
  return [...new Set([...NAMES, nameIn(new URL(publicUrl).host)])];
}

/** Whether clients reach the host of a URL without a proxy and without looking up its name. */
export function namesThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

/** The host name in a `Host` header or address: without port and final dot, in lower case. */
export function nameIn(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}
