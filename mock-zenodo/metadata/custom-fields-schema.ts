import { type Check, type Fields, isObject, longerText, object, type Report, text } from './checks.js';
import { isIsbn } from './identifier-checksums.js';

const plain = text();

/** Blocks of custom fields with a shape of their own. */
const BLOCKS: Record<string, Check> = {
  'journal:journal': object({ title: plain, volume: plain, issue: plain, pages: plain, issn: plain }),
  'meeting:meeting': object({
    title: plain,
    acronym: plain,
    dates: plain,
    place: plain,
    url: text((value) => (isUrl(value) ? undefined : 'Not a valid URL.')),
    session: plain,
    session_part: plain,
    identifiers: (value) => value,
  }),
  'imprint:imprint': object({
    title: plain,
    pages: plain,
    isbn: text((value) => (isIsbn(value) ? undefined : 'Please provide a valid ISBN.')),
    place: plain,
    edition: plain,
  }),
  'thesis:thesis': object({
    university: plain,
    department: plain,
    type: plain,
    date_submitted: plain,
    date_defended: plain,
  }),
  'thesis:university': plain,
  'code:codeRepository': longerText(1),
};

/** Namespaces whose fields are open to everybody (`zenodo/zenodo-rdm:site/zenodo_rdm/custom_fields/__init__.py`). */
const OPEN = new Set([
  'dwc',
  'gbif-dwc',
  'ac',
  'dc',
  'openbiodiv',
  'obo',
  'mfo',
  'legacy',
  'code',
  'swh',
  'gis',
]);

/** The custom fields of a record: known blocks are checked, fields of Zenodo's namespaces taken as they are, others are unknown. */
export const customFieldsSchema: Check = (value: unknown, path: string, report: Report) => {
  if (!isObject(value)) {
    report(path, 'Not a valid mapping type.');
    return undefined;
  }
  const kept: Fields = {};
  for (const [name, field] of Object.entries(value)) {
    const check = Object.hasOwn(BLOCKS, name) ? BLOCKS[name] : openField(name);
    if (check === undefined) {
      report(`${path}.${name}`, 'Unknown field.');
      continue;
    }
    const left = check(field, `${path}.${name}`, report);
    if (left !== undefined) kept[name] = left;
  }
  return kept;
};

function openField(name: string): Check | undefined {
  const namespace = /^([a-z-]+):\w+$/.exec(name)?.[1];
  return namespace !== undefined && OPEN.has(namespace) ? (field) => field ?? undefined : undefined;
}

function isUrl(value: string): boolean {
  return URL.canParse(value) && /^(?:https?|ftps?):\/\//i.test(value);
}
