import type { Caller } from '../connections/caller.js';
import type { ManifestFindings } from '../metadata/restricted.js';
import type { Notice } from '../notice.js';

/** The manifests that came with one upload. */
export interface Manifests {
  /** That of the container itself, at the top level; null if there is none. */
  own: string | null;
  /** What was found in it. */
  ownFindings: ManifestFindings | null;
  /** What was found in those in folders and zips: only what they say about access counts. */
  others: ManifestFindings[];
}

/**
 * What an upload has done about its manifests. Who knows drafts does it, and is there before
 * uploads begin.
 */
export interface ManifestGuard {
  /** What is to be known of a manifest that came. */
  inspect(manifest: string): Promise<ManifestFindings>;
  /**
   * Told the manifests that come with an upload, before it is accepted. Resolves with what the
   * caller is to be told, as does `restrict`.
   */
  seen(caller: Caller, depositionId: number, manifests: Manifests): Promise<Notice[]>;
  /** Makes a draft restricted because of what its manifests say, before the call is answered. */
  restrict(caller: Caller, depositionId: number): Promise<Notice[]>;
}

declare module 'fastify' {
  interface FastifyInstance {
    manifestGuard: ManifestGuard;
  }
}
