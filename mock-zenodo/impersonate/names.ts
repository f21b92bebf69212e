/** The hosts that are Zenodo itself. */
const ZENODO_NAMES = ['zenodo.org', 'sandbox.zenodo.org'];

/** Hosts of other sites that belong to Zenodo, or that lead to it. */
export const SITE_NAMES = ['www.zenodo.org', 'developers.zenodo.org', 'doi.org', 'www.doi.org', 'dx.doi.org'];

/** All hosts that the mock stands in for. */
export const NAMES = [...ZENODO_NAMES, ...SITE_NAMES];

/** The host name in a `Host` header or address: without port and final dot, in lower case. */
export function nameIn(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}
