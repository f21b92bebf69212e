/**
 * DOIs of funders, with their ROR ids in Zenodo
 * (`zenodo/zenodo-rdm:legacy/zenodo_legacy/funders.py`).
 */
const ROR_BY_DOI: Record<string, string> = {
  '10.13039/501100001665': '00rbzpz17',
  '10.13039/501100002341': '05k73zm37',
  '10.13039/501100000923': '05mmh0f86',
  '10.13039/100018231': '03zj4c476',
  '10.13039/501100000024': '01gavpb45',
  '10.13039/501100000780': '00k4n6c32',
  '10.13039/501100000806': '02k4b9v70',
  '10.13039/501100001871': '00snfqn58',
  '10.13039/501100002428': '013tf3c58',
  '10.13039/501100004488': '03n51vw80',
  '10.13039/501100004564': '01znas443',
  '10.13039/501100000925': '011kf5r70',
  '10.13039/100000002': '01cwqze88',
  '10.13039/501100000038': '01h531d29',
  '10.13039/100000001': '021nxhr62',
  '10.13039/501100003246': '04jsz6e67',
  '10.13039/501100000690': '001aqnf71',
  '10.13039/100014013': '001aqnf71',
  '10.13039/501100001602': '0271asj38',
  '10.13039/501100001711': '00yjd3n13',
  '10.13039/100001345': '006cvnv84',
  '10.13039/501100004410': '04w9kkr77',
  '10.13039/100004440': '029chgv08',
  '10.13039/501100006364': '03m8vkq32',
  '10.13039/501100011730': '00x0z1472',
};

/** Names and acronyms of the funders. */
const NAMES: Record<string, [name: string, acronym: string]> = {
  '00rbzpz17': ['Agence Nationale de la Recherche', 'ANR'],
  '05k73zm37': ['Academy of Finland', 'AKA'],
  '05mmh0f86': ['Australian Research Council', 'ARC'],
  '03zj4c476': ["Aligning Science Across Parkinson's", 'ASAP'],
  '01gavpb45': ['Canadian Institutes of Health Research', 'CIHR'],
  '00k4n6c32': ['European Commission', 'EC'],
  '02k4b9v70': ['European Environment Agency', 'EEA'],
  '00snfqn58': ['Fundação para a Ciência e Tecnologia', 'FCT'],
  '013tf3c58': ['FWF Austrian Science Fund', 'FWF'],
  '03n51vw80': ['Croatian Science Foundation', 'HRZZ'],
  '01znas443': ['Ministarstvo Prosvete, Nauke i Tehnološkog Razvoja', 'MESTD'],
  '011kf5r70': ['National Health and Medical Research Council', 'NHMRC'],
  '01cwqze88': ['National Institutes of Health', 'NIH'],
  '01h531d29': ['Natural Sciences and Engineering Research Council of Canada', 'NSERC'],
  '021nxhr62': ['U.S. National Science Foundation', 'NSF'],
  '04jsz6e67': ['Netherlands Organisation for Scientific Research', 'NWO'],
  '001aqnf71': ['UK Research and Innovation', 'UKRI'],
  '0271asj38': ['Science Foundation Ireland', 'SFI'],
  '00yjd3n13': ['Swiss National Science Foundation', 'SNSF'],
  '006cvnv84': ['Social Science Research Council', 'SSRC'],
  '04w9kkr77': ['Türkiye Bilimsel ve Teknolojik Araştırma Kurumu', 'TUBITAK'],
  '029chgv08': ['Wellcome Trust', 'WT'],
  '03m8vkq32': ['Institut National du Cancer', 'INCa'],
  '00x0z1472': ['Templeton World Charity Foundation', 'TWCF'],
};

/**
 * Countries of the funders, by ISO 3166, and their cities
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/funders.yaml`,
 * `zenodo/zenodo-rdm:app_data/vocabularies/funders.yaml`).
 */
const PLACES: Record<string, [country: string, city: string]> = {
  '00rbzpz17': ['FR', 'Paris'],
  '05k73zm37': ['FI', 'Helsinki'],
  '05mmh0f86': ['AU', 'Canberra'],
  '01gavpb45': ['CA', 'Ottawa'],
  '00k4n6c32': ['BE', 'Brussels'],
  '02k4b9v70': ['DK', 'Copenhagen'],
  '00snfqn58': ['PT', 'Lisbon'],
  '013tf3c58': ['AT', 'Vienna'],
  '01cwqze88': ['US', 'Bethesda'],
  '03n51vw80': ['HR', 'Zagreb'],
  '01znas443': ['RS', 'Belgrade'],
  '011kf5r70': ['AU', 'Canberra'],
  '01h531d29': ['CA', 'Ottawa'],
  '021nxhr62': ['US', 'Alexandria'],
  '04jsz6e67': ['NL', 'The Hague'],
  '001aqnf71': ['GB', 'Swindon'],
  '0271asj38': ['IE', 'Dublin'],
  '00yjd3n13': ['CH', 'Bern'],
  '04w9kkr77': ['TR', 'Ankara'],
  '006cvnv84': ['US', 'New York'],
  '029chgv08': ['GB', 'London'],
  '03zj4c476': ['US', 'Chevy Chase'],
  '03m8vkq32': ['FR', 'Boulogne-Billancourt'],
  '00x0z1472': ['BS', 'Nassau'],
};

/**
 * Further identifiers of the two funders that Zenodo lists by hand
 * (`zenodo/zenodo-rdm:app_data/vocabularies/funders.yaml`).
 */
const FURTHER: Record<string, { scheme: string; identifier: string }[]> = {
  '00k4n6c32': [{ scheme: 'grid', identifier: 'grid.270680.b' }],
  '01cwqze88': [
    { scheme: 'grid', identifier: 'grid.94365.3d' },
    { scheme: 'isni', identifier: '0000 0001 2297 5165' },
  ],
};

const DOI_BY_ROR = new Map(Object.entries(ROR_BY_DOI).map(([doi, ror]) => [ror, doi]));

/** The European Commission: the funder of grants given as a bare number. */
export const EC_DOI = '10.13039/501100000780';

/**
 * The stored id of a funder. Unknown ones are used unchanged, and fail when the vocabulary is
 * searched.
 */
export function funderId(doi: string): string {
  return Object.hasOwn(ROR_BY_DOI, doi) ? (ROR_BY_DOI[doi] ?? doi) : doi;
}

/** The funder's DOI as legacy clients see it. */
export function funderDoi(id: string): string {
  return DOI_BY_ROR.get(id) ?? id;
}

/** The funders in the mock's vocabulary. */
export const FUNDER_IDS: ReadonlySet<string> = new Set(Object.keys(NAMES));

/** The funder's name and acronym, if the mock's vocabulary has it. */
export function funderName(id: string): { name: string; acronym: string } | undefined {
  const [name, acronym] = (Object.hasOwn(NAMES, id) && NAMES[id]) || [];
  return name === undefined || acronym === undefined ? undefined : { name, acronym };
}

/** Where a funder is: its country, two letters, and its city. */
export function funderPlace(id: string): { country: string; city: string } | undefined {
  const [country, city] = (Object.hasOwn(PLACES, id) && PLACES[id]) || [];
  return country === undefined || city === undefined ? undefined : { country, city };
}

/** The kinds of organisation that a funder is. */
export function funderTypes(id: string): string[] {
  return Object.hasOwn(FURTHER, id) ? ['government', 'funder'] : ['funder'];
}

/** The identifiers of a funder: ROR, DOI, and any other known ones. */
export function funderIdentifiers(id: string): { scheme: string; identifier: string }[] {
  return [
    { scheme: 'ror', identifier: id },
    { scheme: 'doi', identifier: funderDoi(id) },
    ...(Object.hasOwn(FURTHER, id) ? (FURTHER[id] ?? []) : []),
  ];
}

/** Whether the mock's vocabulary has the funder. */
export function isFunder(id: string): boolean {
  return DOI_BY_ROR.has(id);
}

/**
 * Whether an award belongs to FP7, whose grants are returned as bare numbers. The mock has no list
 * of awards, and uses the range of FP7's numbers.
 */
export function isFp7(funder: string, number: string): boolean {
  return funder === ROR_BY_DOI[EC_DOI] && /^[2-6]\d{5}$/.test(number) && Number(number) < 633_000;
}
