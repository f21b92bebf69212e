import { hashOf } from '../connections/access-tokens.js';
import type { Deposition, DepositionState } from '../schemas/depositions.js';
import { md5Of, type ZenodoDeposition } from '../zenodo/deposition.js';

/** Bases of links: origins, without a trailing slash. */
export interface LinkBases {
  /** This service, as callers reach it. */
  service: string;
  /** Zenodo, as users reach it. */
  browser: string;
}

/** The state of a deposition, in this service's words. */
export function stateOf(deposition: Pick<ZenodoDeposition, 'state' | 'submitted'>): DepositionState {
  if (!deposition.submitted) return 'draft';
  return deposition.state === 'done' ? 'published' : 'editing';
}

/**
 * The page at Zenodo. Its path comes from Zenodo and its origin from the configuration, because
 * browsers may reach Zenodo under another name.
 */
export function zenodoPage(deposition: ZenodoDeposition, browser: string): string {
  const html = deposition.links['html'];
  const fallback = `/${deposition.submitted ? 'records' : 'uploads'}/${deposition.id}`;
  return `${browser}${typeof html === 'string' && URL.canParse(html) ? new URL(html).pathname : fallback}`;
}

/** A deposition in the stable form of this API. */
export function toDeposition(
  deposition: ZenodoDeposition,
  containerId: string | null,
  bases: LinkBases,
): Deposition {
  const self = `${bases.service}/depositions/${deposition.id}`;
  const doi = deposition.doi || null;
  return {
    deposition_id: deposition.id,
    container_id: containerId,
    title: deposition.title ?? '',
    state: stateOf(deposition),
    doi,
    concept_doi: deposition.conceptdoi ?? null,
    created_at: deposition.created,
    modified_at: deposition.modified,
    zenodo_user_id: String(deposition.owner),
    metadata: withoutGuesses(deposition.metadata),
    files: (deposition.files ?? []).map((file) => ({
      filename: file.filename,
      size: Math.round(file.filesize),
      checksum: `md5:${md5Of(file)}`,
      download_url: `${self}/files/${encodeURIComponent(file.filename)}`,
    })),
    links: {
      self,
      zenodo: zenodoPage(deposition, bases.browser),
      doi: doi === null ? null : (deposition.doi_url ?? `https://doi.org/${doi}`),
    },
  };
}

/**
 * Zenodo's `prereserve_doi` reserves nothing, and has the wrong prefix on the sandbox
 * (zenodo/zenodo#2561), so it is left out.
 */
export function withoutGuesses({ prereserve_doi: _guess, ...metadata }: Record<string, unknown>) {
  return metadata;
}

/**
 * Identifies the metadata as this service last left it. The part before the colon is the hash of
 * the metadata alone.
 */
export function fingerprint({ metadata, modified }: Pick<ZenodoDeposition, 'metadata' | 'modified'>): string {
  return `${hashOf(JSON.stringify(withoutGuesses(metadata)))}:${modified}`;
}
