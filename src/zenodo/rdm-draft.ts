import { type Static, Type } from 'typebox';
import type { CallLimits, ZenodoClient } from './client.js';
import { judge } from './judge.js';
import { recordPath } from './paths.js';
import type { ZenodoRequest } from './send.js';

/** Without it Zenodo answers its older dialect on the same paths (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/config.py`). */
const RDM_JSON = 'application/vnd.inveniordm.v1+json';

const Content = Type.Record(Type.String(), Type.Unknown());

/** A draft in Zenodo's newer dialect, as far as this service relies on it. */
export const RdmDraftSchema = Type.Object({
  /** `in_review` while a community decides (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/systemfields/draft_status.py`). */
  status: Type.Optional(Type.String()),
  revision_id: Type.Optional(Type.Integer()),
  created: Type.Optional(Type.String()),
  updated: Type.Optional(Type.String()),
  is_published: Type.Optional(Type.Boolean()),
  metadata: Content,
  custom_fields: Type.Optional(Content),
  access: Type.Optional(Content),
  pids: Type.Optional(Content),
  files: Type.Optional(Content),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        field: Type.String(),
        messages: Type.Optional(Type.Array(Type.String())),
        message: Type.Optional(Type.String()),
        /** Of checks that communities have made (`inveniosoftware/invenio-checks`). */
        severity: Type.Optional(Type.String()),
      }),
    ),
  ),
});

export type RdmDraft = Static<typeof RdmDraftSchema>;

/** What a PUT of a draft replaces. */
export type RdmContent = Pick<RdmDraft, 'metadata' | 'custom_fields' | 'access' | 'pids' | 'files'>;

/** GET /api/records/:id/draft: says in `errors` what the legacy dialect drops in silence. */
export async function getRdmDraft(
  zenodo: ZenodoClient,
  token: string,
  id: number,
  limits?: CallLimits,
): Promise<RdmDraft> {
  const path = recordPath(id, 'draft');
  const answer = await zenodo.send({ method: 'GET', path, token, accept: RDM_JSON }, limits);
  return judge(answer, 'deposition', RdmDraftSchema);
}

/** PUT /api/records/:id/draft: replaces metadata, custom fields, access and pids. With a `revision`, metadata_conflict if it is not the present one. */
export async function putRdmDraft(
  zenodo: ZenodoClient,
  token: string,
  id: number,
  content: RdmContent,
  limits?: CallLimits,
  revision?: number,
): Promise<RdmDraft> {
  const path = recordPath(id, 'draft');
  const insist = revision === undefined ? {} : { ifMatch: revision };
  const request: ZenodoRequest = { method: 'PUT', path, token, json: content, accept: RDM_JSON, ...insist };
  const answer = await zenodo.send(request, limits);
  return judge(answer, 'deposition', RdmDraftSchema);
}

/** POST /api/records/:id/draft/pids/doi: reserves a DOI for real, on the sandbox too; a second time is a 400. */
export async function reserveDoi(
  zenodo: ZenodoClient,
  token: string,
  id: number,
  limits?: CallLimits,
): Promise<RdmDraft> {
  const path = recordPath(id, 'draft', 'pids', 'doi');
  const answer = await zenodo.send({ method: 'POST', path, token, accept: RDM_JSON }, limits);
  return judge(answer, 'deposition', RdmDraftSchema);
}
