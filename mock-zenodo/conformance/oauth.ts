import { appRules } from './oauth-apps.js';
import { authorizeRules } from './oauth-authorize.js';
import { expiryRules } from './oauth-expiry.js';
import { identityRules } from './oauth-identity.js';
import { refreshRules } from './oauth-refresh.js';
import { tokenRules } from './oauth-token.js';
import { transportRules } from './oauth-transport.js';
import type { Rule } from './rule.js';

/** Everything about OAuth: the pages, the token endpoint, and tokens in use. */
export const oauthRules: Rule[] = [
  ...authorizeRules,
  ...transportRules,
  ...tokenRules,
  ...refreshRules,
  ...appRules,
  ...expiryRules,
  ...identityRules,
];
