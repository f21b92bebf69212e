import { spdxId } from './spdx-ids.js';

/** Hosts that publish licences under their ids. */
const PUBLISHERS =
  'spdx.org opensource.org apache.org gnu.org mozilla.org eclipse.org choosealicense.com nuget.org mit-license.org api.github.com'.split(
    ' ',
  );

/** The SPDX id of the licence published at a URL; null if it is unknown. */
export function fromUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { hostname, pathname } = new URL(text);
  const path = pathname.toLowerCase();
  const host = hostname.replace(/^www\./, '');
  if (host === 'creativecommons.org') return fromCreativeCommons(path);
  const odc = /^\/licenses\/(odbl|by|pddl)(?:\/|$)/.exec(path)?.[1];
  if (host === 'opendatacommons.org' && odc) return odc === 'by' ? 'ODC-By-1.0' : spdxId(`${odc}-1.0`);
  if (host === 'govdata.de') return spdxId(path.replace(/^\//, '').replace(/\/$/, ''));
  // The last part of any other page's address may be an id by chance: `/terms/doc`.
  const isOfLicenses = PUBLISHERS.some((name) => host === name || host.endsWith(`.${name}`));
  if (!isOfLicenses && !/\/LICENSES\/[^/]+\.txt$/.test(pathname)) return null;
  const last = path.replace(/\/$/, '').split('/').at(-1) ?? '';
  return spdxId(last.replace(/(\.[a-z]{2})?\.(html?|txt|json)$/, '').replace(/^license-/, 'apache-'));
}

/** Former licences exist per country. */
function fromCreativeCommons(path: string): string | null {
  if (path.startsWith('/publicdomain/zero/')) return 'CC0-1.0';
  const found = /^\/licenses\/([a-z-]+)\/(\d\.\d)(?:\/([a-z]{2,3})(?=\/|$))?/.exec(path);
  if (found === null) return null;
  const [, terms, version, country] = found;
  const id = `cc-${terms}-${version}`;
  return country === undefined ? spdxId(id) : spdxId(`${id}-${country}`);
}
