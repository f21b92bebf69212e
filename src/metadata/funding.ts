import { Fields, oneTongue } from './fields.js';
import { readDoi, readRor } from './identifiers.js';
import { entriesOf, type Given, keyAt, Mapper, once, type Setting } from './mapping.js';
import { isLink } from './rights.js';
import { filled, isObject, keyOf, pairsIn, partsOf, textOf } from './values.js';

/**
 * ROR ids of funders by the DOIs that the deposit API uses
 * (`zenodo/zenodo-rdm:legacy/zenodo_legacy/funders.py`), and the DFG’s.
 */
const ROR_BY_DOI = pairsIn(`
  501100001659=018mejw64 501100001665=00rbzpz17 501100002341=05k73zm37 501100000923=05mmh0f86 100018231=03zj4c476 501100000024=01gavpb45
  501100000780=00k4n6c32 501100000806=02k4b9v70 501100001871=00snfqn58 501100002428=013tf3c58 501100004488=03n51vw80
  501100004564=01znas443 501100000925=011kf5r70 100000002=01cwqze88 501100000038=01h531d29 100000001=021nxhr62
  501100003246=04jsz6e67 501100000690=001aqnf71 100014013=001aqnf71 501100001602=0271asj38 501100001711=00yjd3n13
  100001345=006cvnv84 501100004410=04w9kkr77 100004440=029chgv08 501100006364=03m8vkq32
`);

/** The European Commission, which funds grants given as a bare number. */
const EC = '00k4n6c32';

type Funder = { id?: string; name?: string };

type Award = {
  id?: string;
  number?: string;
  title?: { en: string };
  identifiers?: { identifier: string; scheme: string }[];
};

/**
 * Funding with ids that are looked up before they are sent (vocabulary-ids.ts). The names are kept
 * next to them.
 */
type Funding = { funder?: Funder; award?: Award };

/**
 * Maps texts, funders, or `{funder, award}` in any spelling to `funding`. A grant next to a single
 * funder is that funder's, as in a codemeta.json.
 */
export function mapFunding(all: Given[], into: Mapper): void {
  const entries = all.flatMap(entriesOf);
  const funders = new Set(entries.filter(isFunder));
  const [lone, ...more] = [...funders].flatMap((one) => readFunding(one, new Mapper()));
  const { funder: giver, award: given } = more.length === 0 ? ((lone?.value ?? {}) as Funding) : {};
  const owner = given === undefined ? giver : undefined;
  const found = entries.flatMap((one) => {
    if (funders.has(one)) return readFunding(one, into);
    if (textOf(one.value) !== null) return readGrant(one, owner, into);
    const isLone = owner !== undefined && isObject(one.value) && isGrantAlone(one);
    return readFunding(isLone ? { ...one, value: { ...Object(one.value), funder: owner } } : one, into);
  });
  // A funder that is also named alone is only kept with its grants.
  const fundings = found.map(({ value }) => value as Funding);
  const withAward = fundings.filter(({ award }) => award !== undefined);
  const givers = new Set(withAward.map(({ funder }) => JSON.stringify(funder)));
  const kept = found.filter((_, index) => {
    const { funder, award } = fundings[index] ?? {};
    return award !== undefined || !givers.has(JSON.stringify(funder));
  });
  if (kept.length > 0) into.setList('metadata.funding', once(kept), all[0]?.path ?? 'funding');
}

/** Whether an entry stands under the name of a funder. */
function isFunder({ path }: { path: string }): boolean {
  return /^funders?$/i.test(keyAt(path));
}

/** Whether an object says that it is a grant, whose name is then its title. */
function isGrant(fields: Fields): boolean {
  return /grant/i.test(textOf(fields.take('@type', 'type')?.value) ?? '');
}

/** Whether an object is a grant that names no funder. Without the type, a name is a funder's. */
function isGrantAlone(given: Given): boolean {
  const fields = new Fields(given);
  const ownKeys = ['awardnumber', 'grantnumber', 'awardtitle', 'granttitle'];
  const number = isGrant(fields)
    ? fields.text(...ownKeys, 'number', 'identifier', 'name', 'title')
    : fields.text('name', 'legalname') === null && fields.text(...ownKeys);
  const funder = fields.take(
    'funder',
    'funders',
    'fundername',
    'funderid',
    'funderidentifier',
    'ror',
    'rorid',
  );
  return funder === null && typeof number === 'string' && funderOf(number).id === undefined;
}

/** A text: a grant if the funder is known, else the name of a funder. */
function readGrant(given: Given, funder: Funder | undefined, into: Mapper): Setting[] {
  const text = textOf(given.value) ?? '';
  const { path } = given;
  const isId = text.includes('::') || (readRor(text) !== null && /ror/i.test(text)) || readDoi(text) !== null;
  if (!isId && funder === undefined && /^[\d\s./-]+$/.test(text))
    return into.warn(path, 'names no funder, so it was left out; send {funder, award: {number}}.') ?? [];
  if (isId || funder === undefined) return readFunding(given, into);
  const [first = '', ...rest] = text.split(/(?<=^[\w./-]{1,80}[;:,])\s/);
  const number = first.replace(/[;:,]$/, '');
  const isNumber = /^[\w./-]{1,80}$/.test(number) && /\d/.test(number);
  const award = isNumber ? awardOf(number, textOf(rest.join(' ')), funder) : awardOf(null, text, funder);
  return award === null ? [] : [{ value: { funder, award }, path }];
}

/**
 * `grants` of the deposit API: `[{id: "<funder>::<number>"}]`, or a number of the European
 * Commission's.
 */
export function readGrantId(given: Given, into: Mapper): Setting | null {
  const { value, path } = given;
  const grant = new Fields(given, into);
  const id = grant.text('id');
  grant.nameRest();
  if (id === null && isObject(value)) return into.fault(`${path}.id`, 'must be a string');
  if (id === null) return into.fault(path, 'must be an object with an id');
  const { funder, award } = fromGrantId(id);
  if (funder?.id === undefined) sayName(funder?.name ?? '', path, into);
  return { value: { funder, award }, path };
}

function sayName(name: string, path: string, into: Mapper): void {
  into.warn(path, `Zenodo has no funder ${name}, so it was sent as a name.`);
}

function fromGrantId(id: string): Funding {
  const at = id.indexOf('::');
  const funder = funderOf(at < 0 ? EC : id.slice(0, at));
  const award = awardOf(at < 0 ? id : id.slice(at + 2), null, funder);
  return { funder, ...(award === null ? {} : { award }) };
}

/** What journals ask for where there was no money: “This research received no external funding.” */
const NO_FUNDING = [
  /^(?:(?:this|the|our|we|i|there)\s[^,;:.]{0,80}\s)?no (?:\w{1,20} )?funding\b[^,;:.]{0,80}\.?$/i,
  /^(?:keine?|unfunded|self-?funded)\b[^,;:.]{0,80}\.?$/i,
];

/** Words of those who had some. */
const SOME_FUNDING =
  /\b(?:other|further|additional|except|besides|apart|aside|beyond|but|außer|(?:fund|support)ed by|self-?funded (?:and|und))\b/i;

const namesNoFunder = (text: string) =>
  NO_FUNDING.some((words) => words.test(text)) && !SOME_FUNDING.test(text);

/** A funder in a text. A DOI that is none of Zenodo’s stands for the name; a page does not. */
function funderIn(text: string, path: string, into: Mapper): Funder | 'page' {
  const funder = funderOf(text);
  if (funder.id !== undefined) return funder;
  if (readDoi(text) !== null) sayName(text, path, into);
  else if (isLink(text)) return 'page';
  return funder;
}

function leaveOutPage(path: string, into: Mapper): Setting[] {
  return into.warn(path, 'names an address as its funder, so it was left out.') ?? [];
}

/** A funder by ROR id, DOI or name. */
function funderOf(text: string): Funder {
  const doi = readDoi(text);
  const id = readRor(text) ?? (doi === null ? undefined : ROR_BY_DOI.get(doi.replace(/^10\.13039\//, '')));
  return id === undefined ? { name: text } : { id };
}

function readFunding(given: Given, into: Mapper): Setting[] {
  const { value, path } = given;
  const text = textOf(value);
  if (text !== null) {
    return partsOf(text, /[;\n]/).flatMap((part) => {
      if (namesNoFunder(part)) return into.warn(path, 'names no funder, so it was left out.') ?? [];
      if (part.includes('::')) return [{ value: fromGrantId(part), path }];
      const funder = funderIn(part, path, into);
      return funder === 'page' ? leaveOutPage(path, into) : [{ value: { funder }, path }];
    });
  }
  if (!isObject(value)) return into.fault(path, 'must be a string, or {funder, award}') ?? [];
  const fields = new Fields(given, into);
  const funder = readFunder(fields, into);
  if (funder === 'page') return leaveOutPage(path, into);
  const award = readAward(fields, funder, into);
  // As in `grants` of the deposit API.
  const grant = funder === null ? fields.text('id', '@id') : null;
  const isId =
    grant !== null && (grant.includes('::') || (/^\d+$/.test(grant) && fields.rest().length === 0));
  if (!isId && funder === null && isGrant(fields))
    return into.warn(path, 'names no funder, so it was left out; send {funder, award: {number}}.') ?? [];
  fields.skip('type');
  fields.nameRest();
  if (isId) return [{ value: fromGrantId(grant), path }];
  if (funder === null)
    return into.fault(path, 'needs a funder: {funder: {name, ror}, award: {number, title}}') ?? [];
  return [{ value: filled({ funder, award }), path }];
}

function readFunder(fields: Fields, into: Mapper): Funder | 'page' | null {
  const [given, ...others] = fields.all('funder', 'funders', 'agency', 'fundingagency').flatMap(entriesOf);
  for (const { path } of others)
    into.warn(path, 'was not sent, because an award has one funder at Zenodo: send an entry for each.');
  if (given !== undefined && !isObject(given.value)) {
    const text = textOf(given.value);
    return text === null ? null : funderIn(text, given.path, into);
  }
  const funder = given === undefined ? fields : new Fields(given, into);
  const ownNames = funder === fields && isGrant(fields) ? [] : ['name', 'legalname'];
  const name = funder.text('fundername', ...ownNames, ...(funder === fields ? [] : ['title']));
  const ids = funder
    .all('funderid', 'funderidentifier', 'ror', 'rorid', 'id', '@id', 'identifier', 'identifiers')
    .flatMap(entriesOf)
    .map(({ value, path }) => {
      const text = textOf(isObject(value) ? value['identifier'] : value);
      return { path, id: funderOf(text ?? '').id };
    });
  funder.skip('funderidentifiertype', 'schemeuri');
  if (funder !== fields) {
    funder.skip('type', 'scheme', 'country');
    funder.nameRest();
  }
  const id = ids.find((one) => one.id !== undefined)?.id;
  if (id === undefined && name === null) return null;
  // An identifier beside the name may be the number of the grant.
  const isOfFunder = (at: string) =>
    funder !== fields || isFunder(fields) || keyOf(keyAt(at)) !== 'identifier';
  for (const one of ids.filter((one) => one.id === undefined && isOfFunder(one.path)))
    into.warn(one.path, 'is not the ROR id or DOI of a funder that Zenodo has, so it was not sent.');
  return filled({ id, name });
}

function readAward(fields: Fields, funder: Funder | null, into: Mapper): Award | null {
  const [given, ...others] = fields.all('award', 'awards', 'grant').flatMap(entriesOf);
  for (const { path } of others)
    into.warn(path, 'was not sent: send an entry with the funder for each award.');
  const text = textOf(given?.value);
  const own = given !== undefined && isObject(given.value);
  const award = own ? new Fields(given, into) : fields;
  // If an object has a funder, its own name is the grant's (schema.org's Grant).
  const isOfGrant = own || fields.take('funder', 'funders') !== null;
  const ofGrant = isOfGrant || !isFunder(fields) ? ['identifier'] : [];
  const keys = ['awardnumber', 'grantnumber', 'number', ...ofGrant, ...(own ? [] : ['grantid', 'awardid'])];
  const said = award.text(...keys);
  // `<funder>::<number>` at Zenodo.
  const id = own ? award.text('id', '@id') : null;
  // An identifier of the funder is no number of a grant.
  const number = text ?? (said !== null && !own && funderOf(said).id !== undefined ? null : said) ?? id;
  if (id !== null && number !== null && id !== number && !id.endsWith(`::${number}`))
    into.warn(award.path, `the id ${id} was not sent, because the number ${number} overrides it.`);
  const titles = award.take('awardtitle', 'granttitle', ...(isOfGrant ? ['title', 'name'] : []));
  const title = oneTongue(titles, into);
  const address = award.text('awarduri', ...(isOfGrant ? ['url', 'uri', 'link'] : []));
  const ids = own ? award.take('identifiers') : null;
  if (own) {
    award.skip('type', 'scheme');
    award.nameRest();
  }
  if (ids !== null) into.warn(ids.path, 'was not sent: send the URL of an award as url.');
  const found = awardOf(number, title, funder);
  if (address === null) return found;
  if (!isLink(address)) into.warn(award.path, `“${address}” is not a URL, so it was not sent.`);
  else if (found === null)
    into.warn(award.path, `“${address}” has no number and no title, so it was not sent.`);
  else return { ...found, identifiers: [{ identifier: address, scheme: 'url' }] };
  return found;
}

/** An award with the id that Zenodo may have for it. Null without a number and a title. */
function awardOf(number: string | null, title: string | null, funder: Funder | null): Award | null {
  const plain = number?.includes('::') ? number.slice(number.lastIndexOf('::') + 2) : number;
  if (!plain && title === null) return null;
  const id = plain && funder?.id !== undefined ? `${funder.id}::${plain}` : null;
  return filled({ number: plain || null, id, title: title === null ? null : { en: title } });
}
