import { LICENCES } from '../../metadata/vocabularies/licence-rows.js';
import { strip } from '../../strip.js';

/**
 * Licences whose address at SPDX differs from that in Zenodo's vocabulary
 * (`front-matter/commonmeta-py:commonmeta/resources/spdx/licenses.json`).
 */
const OTHERWISE: Record<string, string> = {
  'apache-2.0': 'https://www.apache.org/licenses/LICENSE-2.0',
  'bsd-3-clause-no-nuclear-license': 'http://download.oracle.com/otn-pub/java/licenses/bsd.txt',
  fair: 'https://web.archive.org/web/20150926120323/http://fairlicense.org/',
  isc: 'https://www.isc.org/licenses/',
  mit: 'https://opensource.org/license/mit/',
  'mpl-2.0': 'https://www.mozilla.org/MPL/2.0/',
  'mpl-2.0-no-copyleft-exception': 'https://www.mozilla.org/MPL/2.0/',
  'mulanpsl-2.0': 'https://license.coscl.org.cn/MulanPSL2',
  'ncgl-uk-2.0': 'http://www.nationalarchives.gov.uk/doc/non-commercial-government-licence/version/2/',
  ruby: 'https://www.ruby-lang.org/en/about/license.txt',
  'unicode-dfs-2016': 'https://www.unicode.org/license.txt',
  'unicode-tou': 'http://web.archive.org/web/20140704074106/http://www.unicode.org/copyright.html',
  wxwindows: 'https://opensource.org/licenses/WXwindows',
};

/** The address of a licence at SPDX. Null if SPDX does not have it. */
export function spdxUrl(id: string): string | null {
  if (Object.hasOwn(OTHERWISE, id)) return OTHERWISE[id] ?? null;
  const known = LICENCES.get(id);
  return known?.scheme === 'spdx' ? known.url : null;
}

/**
 * The address given for a licence, with `https` and without a slash at its end
 * (`front-matter/commonmeta-py:commonmeta/utils.py`, normalize_cc_url).
 */
export function licenceUrl(link: string): string | null {
  if (!/^https?:/.test(link.trim())) return null;
  const secure = strip(link.trim().replace(/^http:/, 'https:'), '/');
  const creative =
    /^https:\/\/creativecommons\.org\/(?:licenses\/by(?:-[a-z]+)*\/(?:[1-4]\.\d)|publicdomain\/zero\/1\.0)$/;
  return creative.test(secure) ? `${secure}/legalcode` : secure;
}
