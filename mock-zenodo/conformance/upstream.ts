import type { Rule } from './rule.js';
import { answerRules } from './upstream-answers.js';
import { flowRules } from './upstream-flows.js';
import { roundTripRules } from './upstream-metadata.js';
import { rdmFlowRules } from './upstream-rdm.js';
import { searchMapRules } from './upstream-search.js';

/** What Zenodo's own tests expect, sequence by sequence, unless another rule covers it. */
export const upstreamRules: Rule[] = [
  ...flowRules,
  ...roundTripRules,
  ...searchMapRules,
  ...answerRules,
  ...rdmFlowRules,
];
