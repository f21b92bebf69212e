import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parse } from 'yaml';

/**
 * What an application knows about its container and sends along. Here it comes from the manifest,
 * if there is one.
 */
export async function containerMetadata(folder: string): Promise<Record<string, unknown>> {
  const text = await readFile(join(folder, 'manifest.rdmc'), 'utf8').catch(() => '');
  const manifest = (parse(text) ?? {}) as Record<string, unknown>;
  const known = (manifest['RDMC Metadata'] ?? manifest['RDMC metadata'] ?? {}) as Record<string, unknown>;
  const title = manifest['RDMC Title'] ?? basename(resolve(folder));
  return {
    title,
    description: known['Description'] ?? `The container ${title}.`,
    contributors: known['Contributors'] ?? [
      { first_name: 'Josiah', last_name: 'Carberry', affiliation: 'Brown University', role: 'Author' },
    ],
    keywords: known['Keywords'] ?? [],
    license: known['License'] ?? known['Licence'] ?? 'CC-BY-4.0',
    ...(known['Subject'] === undefined ? {} : { subject: known['Subject'] }),
    ...(manifest['RDMC Version'] === undefined ? {} : { version: String(manifest['RDMC Version']) }),
  };
}
