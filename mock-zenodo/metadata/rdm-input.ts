import type { Fields } from './checks.js';

/**
 * What either dialect asks to be saved, in RDM form and not yet validated. Without `metadata` or
 * `custom_fields` these are emptied, without `access` or `pids` what there is stays; without
 * `files.default_preview` the preview is cleared.
 */
export interface RdmInput {
  metadata?: unknown;
  custom_fields?: unknown;
  access?: unknown;
  pids?: unknown;
  files?: Fields;
}
