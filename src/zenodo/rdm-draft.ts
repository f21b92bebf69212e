import { type Static, Type } from 'typebox';

const Content = Type.Record(Type.String(), Type.Unknown());

/** The parts of a draft in the records API that this service relies on. */
export const RdmDraftSchema = Type.Object({
  id: Type.Optional(Type.String()),
  /**
   * `in_review` while a community decides
   * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/systemfields/draft_status.py`).
   */
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
        /** Set by checks of communities (`inveniosoftware/invenio-checks`). */
        severity: Type.Optional(Type.String()),
      }),
    ),
  ),
});

export type RdmDraft = Static<typeof RdmDraftSchema>;

/** What a PUT of a draft replaces. */
export type RdmContent = Pick<RdmDraft, 'metadata' | 'custom_fields' | 'access' | 'pids' | 'files'>;
