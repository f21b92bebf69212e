import type { Fields } from './checks.js';

/**
 * What either API asks to save, in RDM form and not yet validated. Without `metadata` or
 * `custom_fields`, these are emptied. Without `access` or `pids`, the existing ones stay. Without
 * `files.default_preview`, the preview is cleared.
 */
export interface RdmInput {
  metadata?: unknown;
  custom_fields?: unknown;
  access?: unknown;
  pids?: unknown;
  files?: Fields;
}
