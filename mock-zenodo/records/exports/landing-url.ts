import { normalised } from '../../metadata/identifiers/schemes.js';

/**
 * Where identifiers lead (`inveniosoftware/idutils:idutils/normalizers.py`, IDUTILS_LANDING_URLS;
 * EDMO from `zenodo/zenodo-rdm:site/zenodo_rdm/custom_schemes.py`).
 */
const BEFORE: Record<string, string> = {
  doi: 'https://doi.org/',
  handle: 'https://hdl.handle.net/',
  arxiv: 'https://arxiv.org/abs/',
  orcid: 'https://orcid.org/',
  pmid: 'https://pubmed.ncbi.nlm.nih.gov/',
  ads: 'https://ui.adsabs.harvard.edu/#abs/',
  gnd: 'https://d-nb.info/gnd/',
  urn: 'https://nbn-resolving.org/',
  swh: 'https://archive.softwareheritage.org/',
  ror: 'https://ror.org/',
  viaf: 'https://viaf.org/viaf/',
  wikidata: 'https://www.wikidata.org/entity/',
  rrid: 'https://scicrunch.org/resolver/',
  edmo: 'https://edmo.seadatanet.org/report/',
};

/** The page of an identifier. Empty for schemes without one. */
export function landingUrl(identifier: string, scheme: string): string {
  if (scheme === 'url' || scheme === 'purl') return identifier;
  const before = Object.hasOwn(BEFORE, scheme) ? BEFORE[scheme] : undefined;
  if (before === undefined) return '';
  const value = normalised(scheme, identifier);
  if (scheme === 'urn' && !/^urn:nbn:/i.test(value)) return '';
  return `${before}${value.replace(/^(?:gnd|viaf|edmo):/, '')}${scheme === 'pmid' ? '/' : ''}`;
}
