import type { Mock } from './mock.js';
import type { Stage } from './stage.js';
import { FILES, form, intoBucket, raw, type Way } from './ways.js';

/** Names of the lines, by which targets are found. */
export const WAYS = {
  direct: 'direct PUT',
  passing: 'nginx, passing on',
  buffering: 'nginx, buffering',
  raw: 'us, raw PUT',
  form: `us, form of ${FILES} files`,
  sizes: `us, form of ${FILES} files with sizes`,
  folder: `us, folder of ${FILES} files to a zip`,
} as const;

/** Every way to the mock, each through a process that was started for it. */
export async function allWays(stage: Stage, mock: Mock): Promise<Way[]> {
  const service = await stage.startService(await stage.serviceEnvironment(mock.url));
  const ways: Way[] = [{ what: WAYS.direct, url: mock.url, pid: null, ...intoBucket }];
  for (const buffering of [false, true]) {
    const nginx = await stage.startNginx(mock.url, buffering);
    const what = buffering ? WAYS.buffering : WAYS.passing;
    if (nginx !== null) ways.push({ what, url: nginx.url, pid: nginx.child.pid, ...intoBucket });
  }
  const ours = { url: service.url, pid: service.child.pid };
  return [
    ...ways,
    { what: WAYS.raw, ...ours, ...raw },
    { what: WAYS.form, ...ours, ...form('plain') },
    { what: WAYS.sizes, ...ours, ...form('sizes') },
    { what: WAYS.folder, ...ours, ...form('folder') },
  ];
}
