import { communityRules } from './communities.js';
import { depositRules } from './deposit.js';
import { fileRules } from './files.js';
import { gapRules } from './gaps.js';
import { limitRules } from './limits.js';
import { mappingRules } from './mapping.js';
import { metadataRules } from './metadata.js';
import { oauthRules } from './oauth.js';
import { recordRules } from './records.js';
import { reviewRules } from './reviews.js';
import type { Rule } from './rule.js';
import { upstreamRules } from './upstream.js';

/** All rules, in the order of the fidelity table. */
export const allRules: Rule[] = [
  ...oauthRules,
  ...depositRules,
  ...metadataRules,
  ...fileRules,
  ...recordRules,
  ...mappingRules,
  ...communityRules,
  ...reviewRules,
  ...gapRules,
  ...limitRules,
  ...upstreamRules,
];
