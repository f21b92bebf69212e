import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MockContext } from '../context.js';
import { because } from '../system-errors.js';
import type { Identity } from './certificate.js';
import { namesOf } from './names.js';

/**
 * What HTTPS needs if the mock stands in for Zenodo, or else null. The certificate is written to
 * its file, for clients to trust. The key is only in the result. Throws if the file cannot be
 * written.
 */
export async function impersonation(context: MockContext): Promise<Identity | null> {
  const { options, directory } = context;
  if (!options.impersonate) return null;
  // Imported only here, because most mocks never need it, and starting must stay fast.
  const { makeCertificate } = await import('./certificate.js');
  const identity = await makeCertificate(namesOf(options.publicUrl));
  const path = options.certificate ?? join(directory, 'zenodo.org.pem');
  await writeFile(path, identity.cert).catch((error: unknown) => {
    throw because(`The certificate cannot be written to ${path}`, error);
  });
  context.certificate = path;
  return identity;
}
