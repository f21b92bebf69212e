import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { CallLimits, ZenodoClient } from './client.js';
import { judge, refusal } from './judge.js';
import { recordPath, zenodoPath } from './paths.js';

const Answer = Type.Object({
  processed: Type.Optional(
    Type.Array(
      Type.Object({ request: Type.Optional(Type.Object({ status: Type.Optional(Type.String()) })) }),
    ),
  ),
  errors: Type.Optional(Type.Array(Type.Object({ message: Type.String() }))),
});

/** GET /api/communities/:slug: the id behind a slug, null if there is no such community. */
export async function communityId(
  zenodo: ZenodoClient,
  token: string,
  slug: string,
  limits?: CallLimits,
): Promise<string | null> {
  const path = zenodoPath('api', 'communities', slug);
  const answer = await zenodo.send({ method: 'GET', path, token }, limits);
  if (answer.status === 404 || answer.status === 410) return null;
  return judge(answer, 'record', Type.Object({ id: Type.String() })).id;
}

/**
 * POST /api/records/:id/communities: asks a community to take a published record. `joined` where no review is needed, else `requested`; a sentence of
 * Zenodo's if it refuses (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/communities/service.py`).
 */
export async function askCommunity(
  zenodo: ZenodoClient,
  token: string,
  id: number,
  community: string,
  limits?: CallLimits,
): Promise<{ outcome: 'joined' | 'requested' | 'refused'; message: string }> {
  const path = recordPath(id, 'communities');
  const json = { communities: [{ id: community }] };
  const answer = await zenodo.send({ method: 'POST', path, token, json }, limits);
  if (answer.status !== 400) {
    const { processed = [] } = judge(answer, 'record', Answer);
    const joined = processed[0]?.request?.status === 'accepted';
    return joined
      ? { outcome: 'joined', message: 'The record is in the community.' }
      : { outcome: 'requested', message: 'The community has to accept the record.' };
  }
  const message = Value.Check(Answer, answer.json) ? answer.json.errors?.[0]?.message : undefined;
  if (message === undefined) throw refusal(answer, 'record');
  if (/already included/.test(message))
    return { outcome: 'joined', message: 'The record is in the community.' };
  // An earlier request that nobody heard the answer of.
  return /already an open/.test(message)
    ? { outcome: 'requested', message: 'The community has to accept the record.' }
    : { outcome: 'refused', message };
}
