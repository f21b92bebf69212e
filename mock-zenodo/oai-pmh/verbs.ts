import { communitiesOf } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import { internalError } from '../errors.js';
import { isPublic, mayReadFiles } from '../files/access.js';
import { type Element, element } from '../records/exports/xml.js';
import { rdmBody } from '../records/rdm-record.js';
import type { Community, Deposition, RecordState } from '../store/model.js';
import { datestamp, type OaiRequest } from './arguments.js';
import { FORMATS } from './formats.js';
import { idDoesNotExist, noRecordsMatch } from './problem.js';
import { type Selection, sealToken, TOKEN_LIFE } from './resumption.js';

/** Items in one response (`zenodo/zenodo-rdm:invenio.cfg`). */
const PAGE_SIZE = 50;

/** A published record. */
interface Item {
  deposition: Deposition;
  record: RecordState;
}

/**
 * The content of the response's verb element
 * (`inveniosoftware/invenio-oaiserver:invenio_oaiserver/response.py`). Throws an OaiProblem, and
 * 500 where Zenodo fails.
 */
export function answerTo(mock: MockContext, origin: string, request: OaiRequest): Element[] {
  const { verb, identifier, selection } = request;
  if (verb === 'Identify') return identify(mock, origin);
  if (verb === 'ListSets') return paged(mock, request, setsOf(mock), describedSet);
  if (verb === 'ListMetadataFormats') {
    if (identifier !== undefined) registered(mock, identifier);
    return listFormats();
  }
  if (verb === 'GetRecord') return [described(mock, origin, readable(mock, identifier ?? ''), selection)];
  const found = matching(mock, selection);
  if (found.length === 0) throw noRecordsMatch();
  const write = (item: Item) =>
    verb === 'ListRecords' ? described(mock, origin, item, selection) : header(mock, item);
  return paged(mock, request, found, write);
}

function identify(mock: MockContext, origin: string): Element[] {
  const created = matching(mock, {}).map(({ record }) => record.created);
  const earliest = created.toSorted().at(0) ?? '0001-01-01T00:00:00Z';
  return [
    element('repositoryName', 'Zenodo'),
    element('baseURL', `${origin}/oai2d`),
    element('protocolVersion', '2.0'),
    element('adminEmail', 'info@zenodo.org'),
    element('earliestDatestamp', datestamp(Date.parse(earliest))),
    element('deletedRecord', 'no'),
    element('granularity', 'YYYY-MM-DDThh:mm:ssZ'),
  ];
}

/**
 * Public communities
 * (`inveniosoftware/invenio-communities:invenio_communities/communities/services/components.py`).
 */
function setsOf({ store }: MockContext): Community[] {
  return [...store.communities.values()].filter((community) => isSet(community));
}

function isSet({ access, deleted }: Community): boolean {
  return access.visibility === 'public' && !deleted;
}

function describedSet(community: Community): Element {
  const { title } = community.metadata;
  const description = element(
    'oai_dc:dc',
    [element('dc:description', `Records belonging to the community '${title}'`)],
    {
      'xmlns:oai_dc': 'http://www.openarchives.org/OAI/2.0/oai_dc/',
      'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      'xsi:schemaLocation': 'http://www.openarchives.org/OAI/2.0/oai_dc/',
    },
  );
  return element('set', [
    element('setSpec', specOf(community)),
    element('setName', title),
    element('setDescription', [description]),
  ]);
}

function specOf({ slug }: Community): string {
  return `user-${slug}`;
}

function listFormats(): Element[] {
  return [...FORMATS].map(([prefix, { schema, namespace }]) =>
    element('metadataFormat', [
      element('metadataPrefix', prefix),
      element('schema', schema),
      element('metadataNamespace', namespace),
    ]),
  );
}

/** A record that was published, even if it was removed since. Throws idDoesNotExist. */
function registered({ store }: MockContext, identifier: string): Item {
  const id = Number(/^oai:zenodo\.org:([1-9]\d{0,14})$/.exec(identifier)?.[1]);
  const deposition = store.depositions.get(id);
  if (deposition === undefined || deposition.record === null) throw idDoesNotExist();
  return { deposition, record: deposition.record };
}

/**
 * A record that anyone may read. Restricted ones do not exist here. Zenodo fails for removed ones
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/oai.py`).
 */
function readable(mock: MockContext, identifier: string): Item {
  const item = registered(mock, identifier);
  if (item.deposition.deleted !== null) throw internalError();
  if (!isPublic(mock, item.record)) throw idDoesNotExist();
  return item;
}

/** Public records in all their versions, by id. */
function matching(mock: MockContext, { set, from, until }: Selection): Item[] {
  return [...mock.store.depositions.values()]
    .flatMap((deposition): Item[] => {
      const { record } = deposition;
      if (record === null || deposition.deleted !== null || !isPublic(mock, record)) return [];
      const updated = Date.parse(record.updated);
      const inTime =
        updated >= (from ?? Number.NEGATIVE_INFINITY) && updated <= (until ?? Number.POSITIVE_INFINITY);
      const inSet = set === undefined || setSpecs(mock, deposition).includes(set);
      return inTime && inSet ? [{ deposition, record }] : [];
    })
    .toSorted((a, b) => a.deposition.id - b.deposition.id);
}

function setSpecs(mock: MockContext, deposition: Deposition): string[] {
  return communitiesOf(mock, deposition).filter(isSet).map(specOf);
}

function header(mock: MockContext, { deposition, record: { updated } }: Item): Element {
  return element('header', [
    element('identifier', `oai:zenodo.org:${deposition.id}`),
    element('datestamp', datestamp(Date.parse(updated))),
    ...setSpecs(mock, deposition).map((spec) => element('setSpec', spec)),
  ]);
}

function described(
  mock: MockContext,
  origin: string,
  item: Item,
  { metadataPrefix = '' }: Selection,
): Element {
  const format = FORMATS.get(metadataPrefix);
  if (format === undefined) throw internalError();
  const { deposition, record } = item;
  const body = rdmBody(origin, mock, deposition, record, mayReadFiles(mock, deposition, record, undefined));
  return element('record', [header(mock, item), element('metadata', [format.write(body)])]);
}

/**
 * One page of a list. A list with only full pages promises one more, which is empty
 * (`inveniosoftware/invenio-oaiserver:invenio_oaiserver/query.py`).
 */
function paged<T>(
  { clock }: MockContext,
  { verb, page, selection }: OaiRequest,
  items: readonly T[],
  write: (item: T) => Element,
): Element[] {
  const more = verb === 'ListSets' ? page * PAGE_SIZE < items.length : page * PAGE_SIZE <= items.length;
  const shown = items.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map(write);
  if (page === 1 && !more) return shown;
  const token = more ? sealToken(verb, { page: page + 1, selection }, clock.now()) : [];
  const about =
    items.length === 0
      ? {}
      : {
          expirationDate: datestamp(clock.now() + TOKEN_LIFE * 1000),
          cursor: String((page - 1) * PAGE_SIZE),
          completeListSize: String(items.length),
        };
  return [...shown, element('resumptionToken', token, about)];
}
