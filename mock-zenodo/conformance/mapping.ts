import { DEPOSIT_MAPPING_1 } from './mapping-deposit-1.js';
import { DEPOSIT_MAPPING_2 } from './mapping-deposit-2.js';
import { DEPOSIT_MAPPING_MORE, depositFaultRules } from './mapping-deposit-more.js';
import { RECORDS_MAPPING } from './mapping-records-cases.js';
import { RECORDS_MAPPING_MORE } from './mapping-records-more.js';
import { depositMapping, recordsMapping } from './mapping-rows.js';
import { saveRules } from './records-saves.js';
import type { Rule } from './rule.js';

/** How metadata are stored in a records draft, whichever API they came from. */
export const mappingRules: Rule[] = [
  ...depositMapping([...DEPOSIT_MAPPING_1, ...DEPOSIT_MAPPING_2, ...DEPOSIT_MAPPING_MORE]),
  ...recordsMapping([...RECORDS_MAPPING, ...RECORDS_MAPPING_MORE]),
  ...depositFaultRules,
  ...saveRules,
];
