import { readDoi, readRor } from './identifiers.js';
import {
  emptyMapping,
  entriesOf,
  Fields,
  fault,
  type Given,
  keyAt,
  type Mapping,
  oneTongue,
  type Setting,
  setList,
  warn,
} from './mapping.js';
import { isLink } from './rights.js';
import { isBlank, isObject, textOf } from './values.js';

/**
 * Funders by the DOIs that the deposit API has for them
 * (`zenodo/zenodo-rdm:legacy/zenodo_legacy/funders.py`).
 */
const ROR_BY_DOI: ReadonlyMap<string, string> = new Map(
  `
  501100001665=00rbzpz17 501100002341=05k73zm37 501100000923=05mmh0f86 100018231=03zj4c476 501100000024=01gavpb45
  501100000780=00k4n6c32 501100000806=02k4b9v70 501100001871=00snfqn58 501100002428=013tf3c58 501100004488=03n51vw80
  501100004564=01znas443 501100000925=011kf5r70 100000002=01cwqze88 501100000038=01h531d29 100000001=021nxhr62
  501100003246=04jsz6e67 501100000690=001aqnf71 100014013=001aqnf71 501100001602=0271asj38 501100001711=00yjd3n13
  100001345=006cvnv84 501100004410=04w9kkr77 100004440=029chgv08 501100006364=03m8vkq32
`
    .trim()
    .split(/\s+/)
    .map((pair): [string, string] => [`10.13039/${pair.split('=')[0]}`, pair.split('=')[1] ?? '']),
);

/** The European Commission: the funder of grants given as a bare number. */
const EC = '00k4n6c32';

/**
 * Funding, with ids that are looked up before they are sent (vocabulary-ids.ts); what they stand
 * for is kept beside them.
 */
interface Funding {
  funder?: { id?: string; name?: string };
  award?: {
    id?: string;
    number?: string;
    title?: { en: string };
    identifiers?: { identifier: string; scheme: string }[];
  };
}

/**
 * Texts, funders, or `{funder, award}` in any spelling → `funding`. Words of a grant beside a lone
 * funder are what it gave, as in a codemeta.json.
 */
export function mapFunding(all: Given[], mapping: Mapping): void {
  const entries = all.flatMap(entriesOf);
  const funders = new Set(entries.filter((one) => /^funders?$/i.test(keyAt(one.path))));
  const [lone, ...more] = [...funders].flatMap((one) => readFunding(one, emptyMapping()));
  const giver = more.length === 0 ? (lone?.value as Funding | undefined) : undefined;
  const found = entries.flatMap((one) =>
    textOf(one.value) !== null && !funders.has(one)
      ? readGrant(one, giver?.award === undefined ? giver?.funder : undefined, mapping)
      : readFunding(one, mapping),
  );
  const givers = new Set(
    found.flatMap(({ value }) => {
      const { funder, award } = value as Funding;
      return award === undefined ? [] : [JSON.stringify(funder)];
    }),
  );
  // A funder that is named alone as well is named with what it gave.
  const kept = found.filter(({ value }) => {
    const { funder, award } = value as Funding;
    return award !== undefined || !givers.has(JSON.stringify(funder));
  });
  if (kept.length > 0) setList(mapping, 'metadata.funding', kept, all[0]?.path ?? 'funding');
}

/** A text: what a funder gave if that is known, else the name of one. */
function readGrant(given: Given, giver: Funding['funder'], mapping: Mapping): Setting[] {
  const text = textOf(given.value) ?? '';
  const { path } = given;
  if (text.includes('::') || readRor(text) !== null || readDoi(text) !== null) {
    return readFunding(given, mapping);
  }
  if (giver === undefined && /^[\d\s./-]+$/.test(text)) {
    warn(mapping, path, 'names no funder, so it was left out; send {funder, award: {number}}.');
    return [];
  }
  if (giver === undefined) return readFunding(given, mapping);
  const [first = '', ...rest] = text.split(/(?<=^[\w./-]{1,80}[;:,])\s/);
  const number = first.replace(/[;:,]$/, '');
  const isNumber = /^[\w./-]{1,80}$/.test(number) && /\d/.test(number);
  const title = rest.join(' ').trim();
  const award = isNumber ? awardOf(number, title === '' ? null : title, giver) : awardOf(null, text, giver);
  return award === null ? [] : [{ value: { funder: giver, award }, path }];
}

/**
 * `grants` of the deposit API: `[{id: "<funder>::<number>"}]` or a number of the European
 * Commission's.
 */
export function mapGrants(given: Given, mapping: Mapping): void {
  if (!Array.isArray(given.value)) {
    fault(mapping, given.path, 'must be a list');
    return;
  }
  const found = entriesOf(given).flatMap(({ value, path }): Setting[] => {
    const grant = isObject(value) ? new Fields(value, path) : null;
    const id = grant === null ? textOf(value) : grant.text('id');
    grant?.nameRest(mapping);
    if (id !== null) {
      const funding = fromGrantId(id);
      if (funding.funder?.id === undefined)
        warn(mapping, path, `Zenodo has no funder ${funding.funder?.name}, so it was sent as a name.`);
      return [{ value: funding, path }];
    }
    fault(
      mapping,
      isObject(value) ? `${path}.id` : path,
      isObject(value) ? 'must be a string' : 'must be an object with an id',
    );
    return [];
  });
  setList(mapping, 'metadata.funding', found, given.path);
}

function fromGrantId(id: string): Funding {
  const at = id.indexOf('::');
  const number = at < 0 ? id : id.slice(at + 2);
  const name = at < 0 ? EC : id.slice(0, at);
  const funder = funderOf(name);
  return { funder, award: { number, ...(funder.id === undefined ? {} : { id: `${funder.id}::${number}` }) } };
}

/** A funder by ROR, DOI or name. */
function funderOf(text: string): { id?: string; name?: string } {
  const doi = readDoi(text);
  const id = readRor(text) ?? (doi === null ? undefined : ROR_BY_DOI.get(doi));
  return id === undefined ? { name: text } : { id };
}

function readFunding({ value, path }: Given, mapping: Mapping): Setting[] {
  const text = textOf(value);
  if (text !== null) {
    return text
      .split(/[;\n]/)
      .map((part) => part.trim())
      .filter((part) => !isBlank(part))
      .map((part) => ({ value: part.includes('::') ? fromGrantId(part) : { funder: funderOf(part) }, path }));
  }
  if (!isObject(value)) {
    fault(mapping, path, 'must be a string, or {funder, award}');
    return [];
  }
  const fields = new Fields(value, path);
  const funder = readFunder(fields, mapping);
  const award = readAward(fields, funder, mapping);
  // As in `grants` of the deposit API.
  const grant = funder === null ? fields.text('id', '@id') : null;
  fields.skip('type');
  fields.nameRest(mapping);
  if (grant !== null && /::|^\d+$/.test(grant)) return [{ value: fromGrantId(grant), path }];
  if (funder === null) {
    fault(mapping, path, 'needs a funder: {funder: {name, ror}, award: {number, title}}');
    return [];
  }
  return [{ value: { funder, ...(award === null ? {} : { award }) }, path }];
}

function readFunder(fields: Fields, mapping: Mapping): { id?: string; name?: string } | null {
  const [given, ...others] = fields.all('funder', 'funders').flatMap(entriesOf);
  for (const { path } of others)
    warn(mapping, path, 'was not sent, because an award has one funder at Zenodo: send an entry for each.');
  if (given !== undefined && !isObject(given.value)) {
    const text = textOf(given.value);
    return text === null ? null : funderOf(text);
  }
  const funder = isObject(given?.value) ? new Fields(given.value, given.path) : fields;
  const name = funder.text('fundername', 'name', 'legalname', ...(funder === fields ? [] : ['title']));
  const ids = funder
    .all('funderid', 'funderidentifier', 'ror', 'rorid', 'id', '@id', 'identifier', 'identifiers')
    .flatMap(entriesOf)
    .map((one) => ({
      ...one,
      found: funderOf(textOf(isObject(one.value) ? one.value['identifier'] : one.value) ?? ''),
    }));
  if (funder !== fields) {
    funder.skip('type', 'funderidentifiertype', 'scheme', 'country');
    funder.nameRest(mapping);
  }
  const id = ids.find(({ found }) => found.id !== undefined)?.found.id;
  if (id === undefined && name === null) return null;
  for (const { path, found } of ids) {
    if (found.id === undefined)
      warn(mapping, path, 'is not the ROR id or DOI of a funder that Zenodo has, so it was not sent.');
  }
  return { ...(id === undefined ? {} : { id }), ...(name === null ? {} : { name }) };
}

function readAward(
  fields: Fields,
  funder: { id?: string } | null,
  mapping: Mapping,
): Funding['award'] | null {
  const [given, ...others] = fields.all('award', 'awards', 'grant').flatMap(entriesOf);
  for (const { path } of others)
    warn(mapping, path, 'was not sent: send an entry with the funder for each award.');
  const text = given === undefined ? null : textOf(given.value);
  const award = isObject(given?.value) ? new Fields(given.value, given.path) : fields;
  const own = award !== fields;
  const said = award.text(
    'awardnumber',
    'grantnumber',
    'number',
    'identifier',
    ...(own ? [] : ['grantid', 'awardid']),
  );
  // `<funder>::<number>` at Zenodo.
  const id = own ? award.text('id', '@id') : null;
  const number = text ?? said ?? id;
  if (id !== null && number !== null && id !== number && !id.endsWith(`::${number}`))
    warn(mapping, award.path, `the id ${id} was not sent, because the number ${number} overrides it.`);
  // With a funder in it an object's own name is that of the grant (schema.org's Grant).
  const isGrant = own || fields.take('funder', 'funders') !== null;
  const title = oneTongue(
    award.take('awardtitle', 'granttitle', ...(isGrant ? ['title', 'name'] : [])),
    mapping,
  );
  const address = award.text('awarduri', ...(isGrant ? ['url', 'uri', 'link'] : []));
  const ids = own ? award.take('identifiers') : null;
  if (own) {
    award.skip('type', 'scheme');
    award.nameRest(mapping);
  }
  if (ids !== null) warn(mapping, ids.path, 'was not sent: send the URL of an award as url.');
  const isAddress = address !== null && isLink(address);
  if (address !== null && !isAddress)
    warn(mapping, award.path, `“${address}” is not a URL, so it was not sent.`);
  const found = awardOf(number, title, funder);
  if (isAddress && found === null)
    warn(mapping, award.path, `“${address}” has no number and no title, so it was not sent.`);
  return isAddress && found !== null
    ? { ...found, identifiers: [{ identifier: address, scheme: 'url' }] }
    : found;
}

/** An award with the id that Zenodo may have for it; null if there is no number and no title. */
function awardOf(
  number: string | null,
  title: string | null,
  funder: { id?: string } | null,
): Funding['award'] | null {
  if (number === null && title === null) return null;
  const plain = number?.includes('::') ? number.slice(number.lastIndexOf('::') + 2) : number;
  return {
    ...(plain === null || plain === undefined ? {} : { number: plain }),
    ...(plain && funder?.id !== undefined ? { id: `${funder.id}::${plain}` } : {}),
    ...(title === null ? {} : { title: { en: title } }),
  };
}
