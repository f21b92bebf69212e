const SUBTYPES: Record<string, string> = {
  publication:
    'annotationcollection book section conferencepaper conferenceproceeding datamanagementplan journal article patent peerreview preprint deliverable milestone proposal report softwaredocumentation taxonomictreatment technicalnote workingpaper datapaper dissertation thesis standard studyregistration other',
  image: 'figure plot drawing diagram photo other',
  software: 'computationalnotebook',
};

const PLAIN =
  'publication poster presentation dataset image video software lesson physicalobject other event model audio workflow';

/** In the vocabulary, but without the tag that lets records be of the type. */
const NOT_DEPOSITABLE = new Set(['project', 'instrument']);

const DEPOSITABLE = new Set([
  ...PLAIN.split(' '),
  ...Object.entries(SUBTYPES).flatMap(([type, names]) => names.split(' ').map((name) => `${type}-${name}`)),
]);

/** All resource types, also those that only related works may be of. */
export const RESOURCE_TYPE_IDS: ReadonlySet<string> = new Set([...DEPOSITABLE, ...NOT_DEPOSITABLE]);

/** Whether the vocabulary has a resource type (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/resource_types.yaml`, `zenodo/zenodo-rdm:app_data/vocabularies/resource_types.yaml`). */
export function isResourceType(id: string): boolean {
  return RESOURCE_TYPE_IDS.has(id);
}

/** Whether a record may be of the type. */
export function isDepositable(id: string): boolean {
  return DEPOSITABLE.has(id);
}
