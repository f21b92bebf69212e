import assert from 'node:assert/strict';
import { onRdmDraft, RDM_METADATA, rdm, sharedRecord } from './records-flow.js';
import type { Rule } from './rule.js';

const UI = 'inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/ui/schema.py';

interface WithUi {
  created: string;
  expires_at: string;
  custom_fields?: unknown;
  ui: Record<string, unknown>;
}

/** What RDM JSON contains in addition, for pages. */
export const uiRules: Rule[] = [
  {
    id: 'records/ui-draft',
    says: 'RDM JSON has a `ui` object: dates and types in words, affiliations numbered, the description without tags.',
    source: UI,
    check: onRdmDraft(async (target, { id }) => {
      const creators = [
        {
          person_or_org: { type: 'personal', family_name: 'A' },
          affiliations: [{ name: 'X' }, { name: 'Y' }],
        },
        {
          person_or_org: { type: 'personal', family_name: 'B' },
          affiliations: [{ name: 'Y' }],
          role: { id: 'editor' },
        },
      ];
      const metadata = {
        ...RDM_METADATA,
        creators,
        description: '<p>Salt &amp; <b>fog</b></p>',
        rights: [{ id: 'mit' }],
      };
      const path = `/api/records/${id}/draft`;
      await rdm(target, 'PUT', path, { json: { metadata } });
      const { ui } = (await rdm(target, 'GET', path)).json as WithUi;
      const expected = {
        publication_date_l10n_medium: 'Jan 2, 2026',
        publication_date_l10n_long: 'January 2, 2026',
        resource_type: { id: 'dataset', title_l10n: 'Dataset' },
        description_stripped: 'Salt & fog',
        version: 'v1',
        is_draft: true,
        access_status: {
          id: 'open',
          title_l10n: 'Open',
          description_l10n: 'The record and files are publicly accessible.',
          icon: 'unlock',
          embargo_date_l10n: null,
          message_class: '',
        },
      };
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(ui[name], value, name);
      const people = ui['creators'] as { creators: { affiliations: unknown; role?: object }[] } & {
        affiliations: unknown;
      };
      assert.deepEqual(people.affiliations, [
        [1, 'X', null],
        [2, 'Y', null],
      ]);
      assert.deepEqual(people.creators[1]?.affiliations, [[2, 'Y']]);
      assert.deepEqual(people.creators[1]?.role, { id: 'editor', title: 'Editor' });
      const [right] = ui['rights'] as Record<string, unknown>[];
      assert.deepEqual([right?.['id'], right?.['title_l10n']], ['mit', 'MIT License']);
    }),
  },
  {
    id: 'records/ui-everywhere',
    says: 'New drafts, published records and hits have a `ui` object too.',
    source: UI,
    check: onRdmDraft(async (target, draft) => {
      const shownUi = (record: unknown) => Object.keys((record as Partial<WithUi>).ui ?? {});
      const { id } = await sharedRecord(target);
      const record = (await rdm(target, 'GET', `/api/records/${id}`)).json;
      const { hits } = (await rdm(target, 'GET', `/api/records/${id}/versions`)).json as {
        hits: { hits: unknown[] };
      };
      assert.equal(hits.hits.length, 1);
      for (const shown of [draft, record, ...hits.hits])
        assert.ok(shownUi(shown).includes('access_status'), JSON.stringify(shown));
    }),
  },
  {
    id: 'records/code-dereferenced',
    says: 'Programming languages and development states have titles, and dates no tags in `ui`.',
    source: 'inveniosoftware/invenio-vocabularies:invenio_vocabularies/services/custom_fields/vocabulary.py',
    check: onRdmDraft(async (target, { id }) => {
      const custom_fields = {
        'code:programmingLanguage': [{ id: 'c++' }],
        'code:developmentStatus': { id: 'unsupported' },
      };
      const dates = [{ date: '2020', type: { id: 'collected' }, description: '<b>At</b> sea' }];
      const path = `/api/records/${id}/draft`;
      await rdm(target, 'PUT', path, { json: { metadata: { ...RDM_METADATA, dates }, custom_fields } });
      const draft = (await rdm(target, 'GET', path)).json as WithUi;
      assert.deepEqual(draft.custom_fields, {
        'code:programmingLanguage': [{ id: 'c++', title: { en: 'C++' } }],
        'code:developmentStatus': { id: 'unsupported', title: { en: 'Unsupported' } },
      });
      assert.deepEqual(draft.ui['custom_fields'], {
        'code:programmingLanguage': [{ id: 'c++', title_l10n: 'C++' }],
        'code:developmentStatus': { id: 'unsupported', title_l10n: 'Unsupported' },
      });
      const [date] = draft.ui['dates'] as Record<string, unknown>[];
      assert.equal(date?.['description'], 'At sea');
      assert.equal((await rdm(target, 'PUT', path, { json: draft })).status, 200, 'it can be sent back');
    }),
  },
  {
    id: 'records/draft-expires',
    says: 'A draft has `expires_at`: the time of its creation, without a T and a time zone.',
    source: 'inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/services/records/schema.py',
    check: onRdmDraft(async (target, { id }) => {
      const draft = (await rdm(target, 'GET', `/api/records/${id}/draft`)).json as WithUi;
      assert.match(draft.expires_at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
      assert.equal(draft.expires_at.slice(0, 10), draft.created.slice(0, 10));
    }),
  },
];
