import { type Fields, isObject } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { pythonRepr } from '../../metadata/python-repr.js';
import type { RecordState } from '../../store/model.js';
import { slug } from './slug.js';
import { wrapped } from './wrapped-text.js';

/** A kind of entry: its required fields, and the optional ones. */
interface Kind {
  name: string;
  required: string[];
  optional: string[];
}

const kind = (name: string, required: string, optional: string): Kind => ({
  name,
  required: required.split(' ').filter((field) => field !== ''),
  optional: optional.split(' '),
});

const MISC = kind('misc', '', 'author title month year note publisher version doi url');
const UNPUBLISHED = kind('unpublished', 'author title note', 'month year doi url');

/**
 * The kind of entry for each resource type, if it has the required fields
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/bibtex/schema_formats.py`).
 */
const KINDS: Record<string, Kind[]> = {
  'publication-conferencepaper': [
    kind('inproceedings', 'author title booktitle year', 'pages publisher address month note venue doi url'),
  ],
  'publication-conferenceproceeding': [
    kind('proceedings', 'title year', 'publisher address month note doi url'),
  ],
  'publication-book': [
    kind('book', 'author title publisher year', 'volume address month note doi url'),
    kind('booklet', 'title', 'author address month year note doi url'),
  ],
  'publication-section': [
    kind(
      'incollection',
      'author title booktitle year publisher',
      'pages address month editor volume number series doi url',
    ),
    kind(
      'inbook',
      'author title pages year publisher',
      'address month editor edition volume number series note doi url',
    ),
  ],
  'publication-article': [
    kind('article', 'author title journal year', 'volume number pages month note doi url'),
  ],
  'publication-preprint': [UNPUBLISHED],
  'publication-dissertation': [kind('phdthesis', 'author title school year', 'address month note doi url')],
  'publication-technicalnote': [kind('manual', 'title', 'author address month year note doi url')],
  'publication-workingpaper': [UNPUBLISHED],
  software: [{ ...MISC, name: 'software' }],
  dataset: [{ ...MISC, name: 'dataset' }],
};

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** From this length on, a value is split into lines. */
const WIDTH = 50;

/**
 * A record as `application/x-bibtex`
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/bibtex/schema.py`),
 * including its errors: it looks for notes and schools where they never are, so there are no theses
 * and no unpublished works.
 */
export function bibtex(id: number, state: RecordState): string {
  const { metadata } = state;
  const fields = fieldsOf(state);
  const type = isObject(metadata['resource_type']) ? String(metadata['resource_type']['id']) : '';
  const kinds = Object.hasOwn(KINDS, type) ? (KINDS[type] ?? []) : [];
  const { name, required, optional } =
    kinds.find((one) => one.required.every((field) => (fields[field]?.length ?? 0) > 0)) ?? MISC;
  const rows = [...required, ...optional].map((field) => row(field, fields[field])).join('');
  return `@${name}{${citationKey(id, state)},\n${rows.replace(/[&%$_#]/g, '\\$&')}}`;
}

function fieldsOf({ metadata, custom_fields: custom, pids }: RecordState): Record<string, string | string[]> {
  const at = (field: string, key: string) => {
    const holder = custom[field];
    return text(isObject(holder) ? holder[key] : undefined);
  };
  const [year, month] = dateOf(metadata);
  const doi = pids['doi']?.identifier ?? objectsAt(metadata, 'identifiers').find(isDoi)?.['identifier'];
  const fields: Record<string, string | string[] | undefined> = {
    address: addresses(metadata),
    author: objectsAt(metadata, 'creators').map(nameOf),
    publisher: text(metadata['publisher']),
    title: text(metadata['title']),
    year,
    month,
    doi: text(doi),
    version: text(metadata['version']),
    url: doi === undefined ? undefined : `https://doi.org/${doi}`,
    journal: at('journal:journal', 'title'),
    volume: at('journal:journal', 'volume'),
    number: at('journal:journal', 'issue'),
    booktitle: at('imprint:imprint', 'title'),
    pages: at('imprint:imprint', 'pages'),
    venue: at('meeting:meeting', 'place'),
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function row(field: string, value: string | string[] | undefined): string {
  if (value === undefined) return '';
  const start = `  ${field.padEnd(12)} = `;
  if (field === 'author' && Array.isArray(value)) {
    return value.length === 0 ? '' : `${start}{${value.join(` and\n${' '.repeat(18)}`)}},\n`;
  }
  if (Array.isArray(value)) return `${start}{${pythonRepr(value)}},\n`;
  const stripped = value.trim();
  if ([...stripped].length > WIDTH) {
    const lines = wrapped(stripped, WIDTH).join(`\n${' '.repeat(19)}`);
    return `${start}{${lines}\n${' '.repeat(18)}},\n`;
  }
  return field === 'month' || (field !== 'url' && /^\d+$/.test(stripped))
    ? `${start}${stripped},\n`
    : `${start}{${stripped}},\n`;
}

function citationKey(id: number, { metadata }: RecordState): string {
  const [creator] = objectsAt(metadata, 'creators');
  if (creator === undefined) return String(id);
  const who = isObject(creator['person_or_org']) ? creator['person_or_org'] : {};
  const [year] = dateOf(metadata);
  const name = slug(String(who['family_name'] ?? who['name'] ?? ''), 40);
  return [name, ...(year === undefined ? [] : [year]), id].join('_');
}

/** Year and month of the publication. For an interval, those of its beginning. */
function dateOf(metadata: Fields): [year?: string, month?: string] {
  const match = /^(\d{4})(?:-(\d{2}))?/.exec(String(metadata['publication_date'] ?? ''));
  if (match?.[1] === undefined) return [];
  const month = MONTHS[Number(match[2]) - 1];
  return month === undefined ? [match[1]] : [match[1], month];
}

function addresses(metadata: Fields): string[] | undefined {
  if (!isObject(metadata['locations'])) return undefined;
  return objectsAt(metadata['locations'], 'features').map(({ place, description, geometry }) => {
    const point = isObject(geometry) && geometry['type'] === 'Point' ? geometry['coordinates'] : undefined;
    const [first, second] = Array.isArray(point) ? point : [];
    const position = first === undefined ? '' : `; lat=${first}; lon=${second}`;
    return `${place ? `name=${place}; ` : ''}${description ? `description=${description}` : ''}${position}`;
  });
}

function nameOf(creator: Fields): string {
  const who = isObject(creator['person_or_org']) ? creator['person_or_org'] : {};
  return String(who['name'] ?? '');
}

function isDoi({ scheme }: Fields): boolean {
  return scheme === 'doi';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
