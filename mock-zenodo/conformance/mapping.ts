import { DEPOSIT_MAPPING_1 } from './mapping-deposit-1.js';
import { DEPOSIT_MAPPING_2 } from './mapping-deposit-2.js';
import { RECORDS_MAPPING } from './mapping-records-cases.js';
import { depositMapping, recordsMapping } from './mapping-rows.js';
import type { Rule } from './rule.js';

/** What becomes of metadata in a records draft, whichever API they came by. */
export const mappingRules: Rule[] = [
  ...depositMapping([...DEPOSIT_MAPPING_1, ...DEPOSIT_MAPPING_2]),
  ...recordsMapping(RECORDS_MAPPING),
];
