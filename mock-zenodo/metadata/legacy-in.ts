import type { RdmInput } from './rdm-input.js';

/** Turns a legacy request body into RDM form. Throws 400 on shape errors. */
export function legacyToRdm(body: unknown): RdmInput {
  const metadata = (body as { metadata?: Record<string, unknown> }).metadata ?? {};
  const { upload_type: type, creators, ...rest } = metadata;
  return {
    metadata: {
      ...rest,
      ...(type !== undefined && { resource_type: { id: type } }),
      ...(Array.isArray(creators) && { creators }),
    },
  };
}
