import type { CallLimits, ZenodoClient } from './client.js';
import { zenodoPath } from './paths.js';

/** Whether one of Zenodo's vocabularies has an id. Ids of licences of before SPDX are taken too but not in it, so a miss of one of those proves nothing. */
export async function isInVocabulary(
  zenodo: ZenodoClient,
  token: string,
  vocabulary: 'licenses' | 'languages' | 'resourcetypes',
  id: string,
  limits?: CallLimits,
): Promise<boolean> {
  const path = zenodoPath('api', 'vocabularies', vocabulary, id);
  const answer = await zenodo.send({ method: 'GET', path, token }, limits);
  return answer.status !== 404;
}
