import { LICENCES } from './licence-rows.js';

/** Zenodo's licences: SPDX ids in lower case, and its own. */
export const LICENCE_IDS: ReadonlySet<string> = new Set(LICENCES.keys());
