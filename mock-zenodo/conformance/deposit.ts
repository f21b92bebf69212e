import { actionRules } from './deposit-actions.js';
import { bodyRules } from './deposit-bodies.js';
import { listingRules } from './deposit-listing.js';
import { negotiationRules } from './deposit-negotiation.js';
import { permissionRules } from './deposit-permissions.js';
import { queryRules } from './deposit-queries.js';
import { shapeRules } from './deposit-shape.js';
import { versionRules } from './deposit-versions.js';
import type { Rule } from './rule.js';

/** The behaviour of Zenodo's legacy deposit API, except for files and metadata. */
export const depositRules: Rule[] = [
  ...negotiationRules,
  ...bodyRules,
  ...shapeRules,
  ...permissionRules,
  ...listingRules,
  ...queryRules,
  ...actionRules,
  ...versionRules,
];
