import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { ZipArchive } from 'archiver';

/** The example container; only its manifest is kept in the repository. */
export const EXAMPLE_CONTAINER = fileURLToPath(new URL('container/', import.meta.url));

/**
 * Path in the container ← file of the npm package vega-datasets. All are open data, see the
 * manifest.
 */
const LOOSE: Record<string, string> = {
  'observations/wildlife/species.csv': 'species.csv',
  'observations/wildlife/collisions/birdstrikes.csv': 'birdstrikes.csv',
  'observations/weather/seattle.csv': 'seattle-weather.csv',
  'observations/weather/normals/hourly/seattle.csv': 'seattle-weather-hourly-normals.csv',
  'observations/weather/normals/yearly/precipitation.json': 'annual-precip.json',
  'observations/earthquakes.json': 'earthquakes.json',
  'zipcodes.csv': 'zipcodes.csv',
};

const ARCHIVE = 'airports.zip';
const ARCHIVED = ['airports.csv', 'flights-airport.csv'];

/**
 * Puts about 6 MB of real data beside the manifest: a folder with sub-folders, a ready-made zip, a
 * loose file.
 */
export async function fillExampleContainer(folder = EXAMPLE_CONTAINER): Promise<void> {
  const data = fileURLToPath(new URL('../data/', import.meta.resolve('vega-datasets')));
  for (const [path, source] of Object.entries(LOOSE)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await copyFile(join(data, source), join(folder, path));
  }
  const zip = new ZipArchive({ zlib: { level: 9 } });
  const part = join(folder, `.${ARCHIVE}.part`);
  const written = pipeline(zip, createWriteStream(part));
  for (const name of ARCHIVED) {
    zip.append(await readFile(join(data, name)), {
      name,
      date: new Date(Date.UTC(2025, 7, 21)),
      mode: 0o644,
    });
  }
  await zip.finalize();
  await written;
  await rename(part, join(folder, ARCHIVE));
}
