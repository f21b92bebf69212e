import { Type } from 'typebox';
import type { CallLimits, ZenodoClient } from './client.js';
import { type ZenodoDeposition, ZenodoDepositionSchema } from './deposition.js';
import { judge, judgeEmpty } from './judge.js';
import { depositionPath, recordPath } from './paths.js';

/** POST …/actions/edit: 201 with the edit draft, the open one if there is one. */
export async function openEdit(
  zenodo: ZenodoClient,
  token: string,
  id: number,
  limits?: CallLimits,
): Promise<ZenodoDeposition> {
  const path = depositionPath(id, 'actions', 'edit');
  return judge(
    await zenodo.send({ method: 'POST', path, token }, limits),
    'deposition',
    ZenodoDepositionSchema,
  );
}

/** POST …/actions/discard: throws an edit away. A draft that was never published it deletes for good (zenodo/zenodo-rdm#181). */
export async function discardEdit(
  zenodo: ZenodoClient,
  token: string,
  id: number,
  limits?: CallLimits,
): Promise<void> {
  const path = depositionPath(id, 'actions', 'discard');
  judgeEmpty(await zenodo.send({ method: 'POST', path, token }, limits), 'deposition');
}

/** POST …/actions/newversion: 201 with the new draft and its files; the old platform answers the old record. Refused while a draft with files is open. */
export async function newVersion(
  zenodo: ZenodoClient,
  token: string,
  id: number,
  limits?: CallLimits,
): Promise<ZenodoDeposition> {
  const path = depositionPath(id, 'actions', 'newversion');
  return judge(
    await zenodo.send({ method: 'POST', path, token }, limits),
    'newversion',
    ZenodoDepositionSchema,
  );
}

/** POST /api/records/:id/versions: the id of the draft of the next version, the open one if there is one, else a new one without files. */
export async function versionDraftId(
  zenodo: ZenodoClient,
  token: string,
  id: number,
  limits?: CallLimits,
): Promise<number> {
  const path = recordPath(id, 'versions');
  const answer = await zenodo.send({ method: 'POST', path, token }, limits);
  const { id: draftId } = judge(
    answer,
    'newversion',
    Type.Object({ id: Type.Union([Type.String(), Type.Integer()]) }),
  );
  return Number(draftId);
}

/** POST /api/records/:id/draft/actions/files-import: the files of the version before, into a draft without files. */
export async function importFiles(
  zenodo: ZenodoClient,
  token: string,
  id: number,
  limits?: CallLimits,
): Promise<void> {
  const path = recordPath(id, 'draft', 'actions', 'files-import');
  judgeEmpty(await zenodo.send({ method: 'POST', path, token }, limits), 'deposition');
}
