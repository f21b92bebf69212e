import { Fields, oneTongue, saysSomething } from './fields.js';
import { entriesOf, type Given, keyAt, type Mapper, notSent } from './mapping.js';
import { commonType, readResourceTypes } from './resource-types.js';
import { single } from './single-value.js';
import { isBlank, keyOf, textOf } from './values.js';
import { RESOURCE_TYPES } from './vocabularies.js';

/** Maps types under one or several names. DataCite has a general and a more exact one. */
export function mapResourceTypes(all: Given[], into: Mapper): void {
  const named = (key: string) => all.find(({ path }) => keyOf(keyAt(path)) === key);
  const [general, said] = [named('resourcetypegeneral'), named('resourcetype')];
  const isPair = textOf(general?.value) !== null && textOf(said?.value) !== null;
  if (!isPair || general === undefined || said === undefined) {
    for (const one of single(all, mapResourceType, into)) mapResourceType(one, into);
    return;
  }
  setType(exactTypes(general, said, into), said.path, into);
  for (const { path } of all.filter((one) => one !== general && one !== said))
    into.warn(path, notSent(said.path));
}

function mapResourceType(given: Given, into: Mapper): void {
  setType([...new Set(entriesOf(given).flatMap((one) => typesIn(one, into)))], given.path, into);
}

function setType(types: string[], path: string, into: Mapper): void {
  if (types.length === 0) return;
  const id = commonType(types);
  if (types.some((type) => !`${id}-`.startsWith(`${type}-`)))
    into.warn(path, `Zenodo accepts one type: ${types.join(' and ')} became ${id}.`);
  into.set('metadata.resource_type', { value: { id }, path });
}

/** Resource types in a text, in an entry of a vocabulary, or in the two parts of DataCite. */
function typesIn(given: Given, into: Mapper): string[] {
  const fields = new Fields(given, into);
  const [id, type] = [fields.text('id', '@id', 'resourceuri'), fields.text('type')];
  const part = fields.text('subtype');
  const whole = id ?? (part === null ? type : `${type}-${part}`) ?? fields.text('resourcetypegeneral');
  const said = fields.take('resourcetype');
  const name = oneTongue(fields.take('title', 'label', 'name'), into);
  fields.skip('props', 'ris', 'bibtex', 'citeproc', 'schemaorg');
  fields.nameRest();
  const word = whole ?? textOf(said?.value) ?? name;
  if (word === null && !saysSomething(given.value)) return [];
  if (word === null) return into.fault(given.path, 'must be a string') ?? [];
  return exactTypes({ value: word, path: given.path }, whole === null ? null : said, into);
}

/** The types of a word, or of a second one that is more exact: `Text` and `Thesis`. */
function exactTypes(word: Given, said: Given | null, into: Mapper): string[] {
  const read = ({ value, path }: Given) => {
    const { types, unknown } = readResourceTypes(value);
    for (const one of unknown) into.warn(path, `Zenodo has no resource type “${one}”.`);
    return types;
  };
  const types = read(word);
  if (said === null) return types;
  const more = read(said);
  if (types.length === 0) return more;
  const exact = more.filter((one) => types.some((other) => one === other || one.startsWith(`${other}-`)));
  if (exact.length < more.length) into.warn(said.path, notSent(word.path));
  return exact.length > 0 ? exact : types;
}

/** Maps `upload_type` and its subtype. */
export function mapDepositType(fields: Record<string, Given>, into: Mapper): void {
  const given = fields['upload_type'];
  const type = textOf(given?.value);
  for (const name of ['publication_type', 'image_type', 'software_type']) {
    const other = fields[name];
    if (other === undefined || isBlank(other.value)) continue;
    if (textOf(other.value) === null) into.fault(other.path, 'must be a string');
    else if (name !== `${type}_type`)
      into.warn(other.path, `was not sent, because upload_type is ${type ?? 'missing'}.`);
  }
  if (given === undefined || isBlank(given.value)) return;
  if (type === null || !RESOURCE_TYPES.includes(type) || type.includes('-')) {
    const types = RESOURCE_TYPES.filter((id) => !id.includes('-'));
    return void into.fault(given.path, `must be one of ${types.join(', ')}`);
  }
  const part = fields[`${type}_type`];
  const subtype = textOf(part?.value);
  const id = subtype === null ? type : `${type}-${subtype === 'thesis' ? 'dissertation' : subtype}`;
  const path = part && subtype !== null ? part.path : given.path;
  if (RESOURCE_TYPES.includes(id)) into.set('metadata.resource_type', { value: { id }, path });
  else into.fault(path, `Zenodo has no ${type} of the type ${subtype}`);
}
