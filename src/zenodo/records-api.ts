import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { MAX_RECORD_ID, RecordIdSchema } from './deposition.js';
import { isPathSegment, recordPath, zenodoPath } from './paths.js';
import { type RdmContent, type RdmDraft, RdmDraftSchema } from './rdm-draft.js';
import { type Asked, parse, refusalProblem, requireId, requireSuccess } from './responses.js';
import type { Transport } from './transport-types.js';

/**
 * Without this type Zenodo answers in the deposit API's format on the same paths
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/config.py`).
 */
const RDM_JSON = 'application/vnd.inveniordm.v1+json';

const CommunityAsked = Type.Object({
  processed: Type.Optional(
    Type.Array(
      Type.Object({ request: Type.Optional(Type.Object({ status: Type.Optional(Type.String()) })) }),
    ),
  ),
  errors: Type.Optional(Type.Array(Type.Object({ message: Type.String() }))),
});

const Entries = Type.Object({
  hits: Type.Object({ hits: Type.Array(Type.Object({ id: Type.String() })) }),
});

const RecordId = Type.Union([RecordIdSchema, Type.Integer({ minimum: 0, maximum: MAX_RECORD_ID })]);

/** Records found by a search, in Zenodo's own names. */
const FoundRecords = Type.Object({
  hits: Type.Object({
    hits: Type.Array(
      Type.Object({
        id: RecordId,
        doi: Type.Optional(Type.String()),
      }),
    ),
  }),
});

const RecordPids = Type.Object({
  pids: Type.Object({ doi: Type.Optional(Type.Object({ identifier: Type.String() })) }),
});

/** A community's answer. `message` is a sentence for people. */
interface CommunityAnswer {
  outcome: 'joined' | 'requested' | 'refused';
  message: string;
}

const JOINED: CommunityAnswer = { outcome: 'joined', message: 'The record is in the community.' };
const REQUESTED: CommunityAnswer = {
  outcome: 'requested',
  message: 'The community has to accept the record.',
};

export type RecordsApi = ReturnType<typeof recordsApi>;

/**
 * Zenodo's records API (InvenioRDM, `/api/records`) in one user's name, one method per endpoint.
 * Each sends one request, and throws the Problem for the caller.
 */
export function recordsApi(zenodo: Transport) {
  /** Without the parts for web pages (`ui`, links), which are most of an answer. */
  const draft = async (
    id: number,
    request: Parameters<Transport['send']>[0],
    asked: Asked,
  ): Promise<RdmDraft> => {
    const answer = parse(await zenodo.send({ ...request, accept: RDM_JSON }), asked, RdmDraftSchema);
    // The next save would write the metadata of another draft into this one.
    requireId({ id: Number(answer.id ?? id) }, id);
    return Value.Clean(RdmDraftSchema, answer) as RdmDraft;
  };

  return {
    /** GET /api/records/:id/draft. */
    getDraft(id: number): Promise<RdmDraft> {
      return draft(id, { method: 'GET', path: recordPath(id, 'draft') }, 'read');
    },

    /**
     * PUT /api/records/:id/draft: replaces metadata, custom fields, access and pids. With a
     * `revision`, throws metadata_conflict if it is not the current one.
     */
    putDraft(id: number, content: RdmContent, revision?: number): Promise<RdmDraft> {
      const insist = revision === undefined ? {} : { ifMatch: revision };
      return draft(
        id,
        { method: 'PUT', path: recordPath(id, 'draft'), json: content, ...insist },
        'describe',
      );
    },

    /**
     * POST /api/records/:id/draft/pids/doi: reserves a DOI, on the sandbox too. A second request is
     * answered with 400.
     */
    reserveDoi(id: number): Promise<RdmDraft> {
      return draft(id, { method: 'POST', path: recordPath(id, 'draft', 'pids', 'doi') }, 'reserveDoi');
    },

    /**
     * POST /api/records/:id/versions: the id of the next version's draft: the open one, or a new
     * one without files.
     */
    async newVersion(id: number): Promise<number> {
      const answer = await zenodo.send({ method: 'POST', path: recordPath(id, 'versions') });
      return Number(parse(answer, 'newversion', Type.Object({ id: RecordId })).id);
    },

    /**
     * POST /api/records/:id/draft/actions/files-import: copies the files of the previous version
     * into a draft without files.
     */
    async importFiles(id: number): Promise<void> {
      const path = recordPath(id, 'draft', 'actions', 'files-import');
      requireSuccess(await zenodo.send({ method: 'POST', path }), 'importFiles');
    },

    /** GET /api/communities/:slug: the id of a community; null if it does not exist. */
    async communityId(slug: string): Promise<string | null> {
      const answer = await zenodo.send({ method: 'GET', path: zenodoPath('api', 'communities', slug) });
      if (answer.status === 404 || answer.status === 410) return null;
      return parse(answer, 'lookUp', Type.Object({ id: Type.String() })).id;
    },

    /**
     * POST /api/records/:id/communities: asks a community to include a published record. `joined`
     * if it needs no review, else `requested`, or Zenodo's message if it refuses
     * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/communities/service.py`).
     */
    async askCommunity(id: number, community: string): Promise<CommunityAnswer> {
      const json = { communities: [{ id: community }] };
      const answer = await zenodo.send({ method: 'POST', path: recordPath(id, 'communities'), json });
      if (answer.status !== 400) {
        const { processed = [] } = parse(answer, 'askCommunity', CommunityAsked);
        return processed[0]?.request?.status === 'accepted' ? JOINED : REQUESTED;
      }
      const message = Value.Check(CommunityAsked, answer.json) ? answer.json.errors?.[0]?.message : undefined;
      if (message === undefined) throw refusalProblem(answer, 'askCommunity');
      if (/already included/.test(message)) return JOINED;
      // An earlier request whose answer was lost.
      return /already an open/.test(message) ? REQUESTED : { outcome: 'refused', message };
    },

    /** GET /api/records: the id of the published record with this DOI; null if there is none. */
    async recordWithDoi(doi: string): Promise<number | null> {
      // The words of a longer DOI may match too.
      const query = { q: `doi:"${doi.replaceAll('"', '')}"`, size: 5 };
      const answer = await zenodo.send({ method: 'GET', path: zenodoPath('api', 'records'), query });
      const { hits } = parse(answer, 'lookUp', FoundRecords).hits;
      const found = hits.find((one) => one.doi?.toLowerCase() === doi.toLowerCase());
      return found === undefined ? null : Number(found.id);
    },

    /** GET /api/records/:id: the DOI of a published record; null if it has none. */
    async doiOf(id: number): Promise<string | null> {
      const answer = await zenodo.send({ method: 'GET', path: recordPath(id), accept: RDM_JSON });
      return parse(answer, 'read', RecordPids).pids.doi?.identifier ?? null;
    },

    /**
     * GET /api/<vocabulary>/:id: whether one of Zenodo's large vocabularies has an entry. An id
     * that is no segment of a path, such as one with a slash, is searched for.
     */
    async hasEntry(
      vocabulary: 'affiliations' | 'funders' | 'awards' | 'subjects' | 'programmingLanguages',
      id: string,
    ): Promise<boolean> {
      const path =
        vocabulary === 'programmingLanguages'
          ? ['api', 'vocabularies', 'code:programmingLanguages']
          : ['api', vocabulary];
      if (!isPathSegment(id)) {
        const query = { q: `id:"${id.replaceAll('"', '')}"`, size: 1 };
        const answer = await zenodo.send({ method: 'GET', path: zenodoPath(...path), query });
        return parse(answer, 'lookUp', Entries).hits.hits.some((entry) => entry.id === id);
      }
      const answer = await zenodo.send({ method: 'GET', path: zenodoPath(...path, id) });
      if (answer.status === 404 || answer.status === 410 || answer.status === 400) return false;
      requireSuccess(answer, 'lookUp');
      return true;
    },
  };
}
