import type { MockContext } from '../context.js';
import { communitySlugs } from '../deposit/communities.js';
import { rdmToLegacy } from '../metadata/legacy-out.js';
import { funderDoi, funderName } from '../metadata/vocabularies/funders.js';
import type { Deposition, RecordState } from '../store/model.js';
import { shownToReaders } from './shown.js';
import { resourceTypeTitle } from './titles.js';
import { versionOf } from './versions.js';

type Json = Record<string, unknown>;

const ALTERNATE = 'isAlternateIdentifier';

/**
 * The fields that both forms of legacy JSON share, in the order of
 * `zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/common.py`.
 */
const SHARED = [
  'title',
  'doi',
  'publication_date',
  'description',
  'access_right',
  'embargo_date',
  'creators',
  'contributors',
  'keywords',
  'subjects',
  'related_identifiers',
  'locations',
  'dates',
  'version',
  'references',
  'language',
] as const;

/** Custom fields that are shown as separate objects, with their keys in Zenodo's order. */
const CUSTOM = [
  ['journal', 'journal:journal', ['issue', 'pages', 'title', 'volume', 'year']],
  ['meeting', 'meeting:meeting', ['title', 'acronym', 'dates', 'place', 'url', 'session', 'session_part']],
  ['imprint', 'imprint:imprint', ['place', 'isbn']],
  ['thesis', 'thesis:thesis', ['university']],
] as const;

/** The `metadata` of a record in Zenodo's own JSON. */
export function zenodoMetadata(mock: MockContext, deposition: Deposition, state: RecordState): Json {
  const slugs = communitySlugs(mock, deposition, state);
  const shown = shownToReaders(mock, deposition, state);
  const legacy = rdmToLegacy(shown, slugs);
  const { license, notes, method } = legacy;
  const { identifiers, funding, resource_type: type } = shown.metadata;
  const doi = state.pids['doi']?.identifier;
  const related = list(legacy['related_identifiers']).filter(({ relation }) => relation !== ALTERNATE);
  const source: Json = { ...legacy, ...(doi && { doi }) };
  // Unlike in depositions, identifiers of the record itself appear only here.
  if (related.length > 0) source['related_identifiers'] = related;
  else delete source['related_identifiers'];
  const grants = list(funding).flatMap((item) => grant(item) ?? []);
  const { index, is_latest } = versionOf(mock, deposition, state);
  return {
    ...Object.fromEntries(SHARED.filter((key) => key in source).map((key) => [key, source[key]])),
    ...(isObject(type) && { resource_type: resourceType(String(type['id'])) }),
    ...customFields(state.custom_fields),
    ...(list(identifiers).length > 0 && {
      alternate_identifiers: list(identifiers).map(({ identifier }) => ({ identifier })),
    }),
    ...(typeof license === 'string' && { license: { id: license } }),
    ...(grants.length > 0 && { grants }),
    ...(slugs.length > 0 && { communities: slugs.map((id) => ({ id })) }),
    relations: {
      version: [
        {
          index: index - 1,
          is_last: is_latest,
          parent: { pid_type: 'recid', pid_value: String(deposition.conceptId) },
        },
      ],
    },
    ...(notes !== undefined && { notes }),
    ...(method !== undefined && { method }),
  };
}

function resourceType(id: string): Json {
  const [type, ...subtype] = id.split('-');
  return {
    title: resourceTypeTitle(id),
    type,
    ...(subtype.length > 0 && { subtype: subtype.at(-1) }),
  };
}

function customFields(fields: Json): Json {
  const shown = CUSTOM.flatMap(([name, field, keys]) => {
    const value = fields[field];
    if (!isObject(value)) return [];
    return [[name, Object.fromEntries(keys.filter((key) => key in value).map((key) => [key, value[key]]))]];
  });
  return Object.fromEntries(shown);
}

/** An award with a number, of a funder with an id. Others are not shown. */
function grant({ funder, award }: Json): Json | undefined {
  if (!isObject(funder) || !isObject(award) || !funder['id'] || !award['number']) return undefined;
  const doi = funderDoi(String(funder['id']));
  const acronym = funderName(String(funder['id']))?.acronym;
  const title = isObject(award['title']) ? award['title'] : {};
  const of = ({ identifiers }: Json, scheme: string) =>
    list(identifiers).find((one) => one['scheme'] === scheme)?.['identifier'];
  const shownDoi = of(funder, 'doi') ?? (doi.startsWith('10.13039/') ? doi : undefined);
  return {
    code: award['number'],
    internal_id: `${doi}::${award['number']}`,
    funder: {
      name: funder['name'],
      ...(shownDoi !== undefined && { doi: shownDoi }),
      ...(acronym !== undefined && { acronym }),
    },
    ...(Object.keys(title).length > 0 && { title: title['en'] ?? Object.values(title)[0] }),
    ...(award['acronym'] !== undefined && { acronym: award['acronym'] }),
    ...(award['program'] !== undefined && { program: award['program'] }),
    ...(of(award, 'url') !== undefined && { url: of(award, 'url') }),
    ...(of(award, 'doi') !== undefined && { doi: of(award, 'doi') }),
  };
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
