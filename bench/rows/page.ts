import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser } from '../../test/browser.js';
import { connect } from '../../test/upload-links.js';
import { compare } from '../compare.js';
import { browserPut, curlPut, filesIn, throughPage } from '../page-way.js';
import type { Line, Row } from '../row.js';
import type { Stage } from '../stage.js';
import type { Way } from '../ways.js';

const MB = 1_000_000;

/** Bytes a second that Zenodo takes. */
const RATE = 100 * MB;

const BYTES = 1024 ** 3;
const QUICK_BYTES = 4 * RATE;

const DIRECT = 'direct PUT by curl';
const BROWSER = 'direct PUT by the browser';
const PAGE = 'us, the upload page';

/** Time of a file through the upload page in a real browser against curl's direct PUT. */
export const pageRow: Row = {
  name: 'page',
  title: `A file through the upload page, Zenodo takes ${RATE / MB} MB/s`,
  run: (stage, { quick, repeats }) =>
    stage.ending(async () => {
      const ends: (() => unknown)[] = [];
      try {
        return await measure(stage, quick ? QUICK_BYTES : BYTES, repeats, (end) => ends.unshift(end));
      } finally {
        for (const end of ends) await end();
      }
    }),
};

async function measure(
  stage: Stage,
  bytes: number,
  repeats: number,
  teardown: (end: () => unknown) => unknown,
): Promise<Line[]> {
  const mock = await stage.startMock();
  const service = await stage.startService(await stage.serviceEnvironment(mock.url));
  const folder = join(stage.folder, 'page');
  const profile = join(folder, 'profile');
  await mkdir(profile, { recursive: true });
  const browser = await openBrowser({ teardown }, { width: 1280, height: 900 }, profile);
  const fileOf = filesIn(folder);
  const { token } = await connect(service.url, 'bench');
  const ways: Way[] = [
    { what: DIRECT, url: mock.url, pid: null, ...curlPut(fileOf) },
    { what: BROWSER, url: mock.url, pid: null, ...browserPut(browser, fileOf) },
    { what: PAGE, url: service.url, pid: service.child.pid, ...throughPage(browser, token, fileOf) },
  ];
  await fileOf(bytes);
  const taken = await compare(mock, ways, { bytes, repeats, zenodo: RATE });
  const direct = taken.get(DIRECT)?.seconds ?? Number.NaN;
  return [...taken].map(([what, { seconds, cpu, equal }]) => ({
    what,
    figures: {
      seconds: { value: seconds },
      '× direct': { value: seconds / direct, ...(what === PAGE ? { target: { atMost: 1.1 } } : {}) },
      'CPU s/GB': what === PAGE ? { value: (cpu * 1000 * MB) / bytes } : '',
      md5: equal ? 'equal' : '**differs**',
    },
  }));
}
