import { LICENCE_IDS } from './licence-ids.js';

/**
 * Old short names, resolved before the map below
 * (`zenodo/zenodo-rdm:legacy/zenodo_legacy/licenses.py`). Some lead to ids that Zenodo does not
 * have.
 */
const ALIASES: Record<string, string> = {
  'agpl-v3': 'agpl-3.0-only',
  'agpl-3.0': 'agpl-3.0-only',
  apache: 'apache-2.0',
  'cc-by': 'cc-by-4.0',
  'cc-by-sa': 'cc-by-sa-4.0',
  eiffel: 'efl-2.0',
  fal: 'fal-1.3',
  gfdl: 'gfdl-1.3-no-cover-texts-no-invariant-sections',
  'odc-pddl-1.0': 'pddl-1.0',
  openfont: 'ofl-1.1',
  pythonpl: 'cnri-python',
  pythonsoftfoundation: 'python-2.0',
  qtpl: 'qpl-1.0',
  zpl: 'zpl-2.0',
};

/**
 * Old ids that are accepted, and that are returned instead of the id they stand for
 * (`zenodo/zenodo-rdm:legacy/zenodo_legacy/data/legacy_to_rdm_map.json`), typos included.
 */
const RETURNED: Record<string, string> = {
  'bsd-2-clause-netbsd': 'bsd-2-clause',
  'cc-zero': 'cc0-1.0',
  'apache2.0': 'apache-2.0',
  'apl1.0': 'apl-1.0',
  'bsl1.0': 'bsl-1.0',
  'cpal_1.0': 'cpal-1.0',
  'ca-tosl1.1': 'catosl-1.1',
  'nasa1.3': 'nasa-1.3',
  'rpl1.5': 'rpl-1.5',
  'apgl-v3': 'agpl-3.0-only',
  apache: 'apache-1.0',
  'artistic-license-2.0': 'artistic-2.0',
  attribution: 'aal',
  'bsd-license': 'bsd-1-clause',
  cuaoffice: 'cua-opl-1.0',
  'canada-crown': 'ogl-canada-2.0',
  cddl1: 'cddl-1.0',
  'cc-by-sa': 'cc-by-sa-1.0',
  'cc-by': 'cc-by-1.0',
  'cc-nc': 'cc-by-nc-2.0',
  'eclipse-1.0': 'epl-1.0',
  ecl2: 'ecl-2.0',
  ver2_eiffel: 'efl-2.0',
  eiffel: 'efl-1.0',
  frameworx: 'frameworx-1.0',
  fal: 'lal-1.2',
  gfdl: 'gfdl-1.1-only',
  'gpl-2.0': 'gpl-2.0-only',
  'gpl-3.0': 'gpl-3.0-only',
  'lgpl-2.1': 'lgpl-2.1-only',
  'lgpl-3.0': 'lgpl-3.0-only',
  ibmpl: 'ipl-1.0',
  ipafont: 'ipa',
  'isc-license': 'isc',
  'intel-osl': 'intel',
  'lucent1.02': 'lpl-1.02',
  'mit-license': 'mit',
  mozilla: 'mpl-1.0',
  'mozilla1.1': 'mpl-1.1',
  'ntp-license': 'ntp',
  nethack: 'ngpl',
  'nosl3.0': 'nposl-3.0',
  oclc2: 'oclc-2.0',
  'odc-by': 'odc-by-1.0',
  'odc-odbl': 'odbl-1.0',
  'odc-pddl': 'pddl-1.0',
  openfont: 'ofl-1.0',
  opengroup: 'ogtsl',
  php: 'php-3.0',
  pythonsoftfoundation: 'psf-2.0',
  pythonpl: 'python-2.0',
  real: 'rpsl-1.0',
  ricohpl: 'rscpl',
  'sun-issl': 'sissl',
  sunpublic: 'spl-1.0',
  sybase: 'watcom-1.0',
  'uk-ogl': 'ogl-uk-1.0',
  'uoi-ncsa': 'ncsa',
  vovidapl: 'vsl-1.0',
  zpl: 'zpl-1.1',
  'zlib-license': 'zlib',
};

/** Superseded SPDX ids: accepted, never returned. */
const SUPERSEDED: Record<string, string> = {
  'agpl-1.0': 'agpl-1.0-only',
  'bsd-2-clause-freebsd': 'bsd-2-clause',
  'gfdl-1.1': 'gfdl-1.1-only',
  'gfdl-1.2': 'gfdl-1.2-only',
  'gfdl-1.3': 'gfdl-1.3-only',
  'gpl-1.0': 'gpl-1.0-only',
  'gpl-1.0+': 'gpl-1.0-or-later',
  'gpl-2.0+': 'gpl-2.0-or-later',
  'gpl-3.0+': 'gpl-3.0-or-later',
  'lgpl-2.0': 'lgpl-2.0-only',
  'lgpl-2.0+': 'lgpl-2.0-or-later',
  'lgpl-2.1+': 'lgpl-2.1-or-later',
  'lgpl-3.0+': 'lgpl-3.0-or-later',
};

const INVERSE = new Map(Object.entries(RETURNED).map(([legacy, id]) => [id, legacy]));

/** The stored id of a licence as a legacy client writes it (in any case), or undefined. */
export function licenceId(name: string): string | undefined {
  const key = name.toLowerCase().trim();
  const id = own(ALIASES, key) ?? key;
  if (LICENCE_IDS.has(id)) return id;
  return own(RETURNED, id) ?? own(SUPERSEDED, id);
}

/**
 * Old licences without a counterpart, which become custom rights
 * (`zenodo/zenodo-rdm:legacy/zenodo_legacy/data/legacy_licenses.json`).
 */
const WITHOUT_TWIN: Record<string, string> = {
  fal: 'Free Art License',
  gfdl: 'GNU Free Documentation License',
};

/** The title of an old licence that no longer has an id in Zenodo, in exactly this spelling. */
export function titleOfOldLicence(name: string): string | undefined {
  return own(WITHOUT_TWIN, name);
}

/**
 * The legacy name of a stored licence, which is not always the one that was sent. Null if Zenodo
 * does not have it.
 */
export function legacyLicence(id: string): string | null {
  return INVERSE.get(id) ?? (LICENCE_IDS.has(id) ? id : null);
}

function own(table: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
