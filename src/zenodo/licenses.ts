import type { CallLimits, ZenodoClient } from './client.js';
import { zenodoPath } from './paths.js';

/** Whether Zenodo's vocabulary has a licence of that id. Ids of before SPDX are taken too but not in it, so a miss of one of those proves nothing. */
export async function licenseIsKnown(
  zenodo: ZenodoClient,
  token: string,
  id: string,
  limits?: CallLimits,
): Promise<boolean> {
  const path = zenodoPath('api', 'vocabularies', 'licenses', id);
  const answer = await zenodo.send({ method: 'GET', path, token }, limits);
  return answer.status !== 404;
}
