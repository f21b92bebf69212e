import type { Caller } from '../connections/caller.js';
import type { ManifestFindings } from '../metadata/restricted.js';
import type { Notice } from '../notice.js';

/** The manifests of one upload. */
export interface Manifests {
  /** The container's own, at the top level; null if there is none. */
  own: string | null;
  /** What it says about access. */
  ownFindings: ManifestFindings | null;
  /** What manifests in folders and zips say about access. */
  others: ManifestFindings[];
}

/** How uploads treat manifests. `src/depositions` implements this, and starts before uploads. */
export interface ManifestGuard {
  /** Parses a manifest. */
  inspect(caller: Caller, manifest: string): Promise<ManifestFindings>;
  /**
   * Records the manifests of an upload before it is accepted. Returns notices for the caller, as
   * `restrict` does.
   */
  seen(caller: Caller, depositionId: number, manifests: Manifests): Promise<Notice[]>;
  /** Restricts a draft if its manifests demand that. */
  restrict(caller: Caller, depositionId: number): Promise<Notice[]>;
}

declare module 'fastify' {
  interface FastifyInstance {
    manifestGuard: ManifestGuard;
  }
}
