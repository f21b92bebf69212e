/** What either dialect asks to be saved, in RDM form and not yet validated; parts left out are reset to their defaults. */
export interface RdmInput {
  metadata?: Record<string, unknown>;
  custom_fields?: Record<string, unknown>;
  access?: Record<string, unknown>;
  /** Left out: the present ones stay. */
  pids?: Record<string, unknown>;
  /** Slugs of the legacy `communities` field. */
  communities?: string[];
}
