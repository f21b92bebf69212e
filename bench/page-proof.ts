import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/free-port.js';
import { startNginx } from '../test/nginx.js';
import { connect, newLink } from '../test/upload-links.js';
import { FOLDERS, makeFiles } from './page-proof/files.js';
import { startLine } from './page-proof/line.js';
import { startReplicas } from './page-proof/replicas.js';
import { createTruth } from './page-proof/truth.js';
import { type Arrived, linesOf } from './page-proof/verdict.js';
import { chooseAll, type KnownOffset, openVisitor, type Visitor } from './page-proof/visitor.js';
import { filesInZip, onDisk } from './page-proof/zenodo.js';
import { holds } from './row.js';
import { openStage, type Stage } from './stage.js';
import { tableOf } from './table.js';

const MB = 1_000_000;

/** Bytes per second of the line: slow enough that things can happen during the upload. */
const RATE = 40 * MB;

/** How long the line is silently cut, and how long the computer is offline, in milliseconds. */
const CUT = 60_000;
const OFFLINE = 20_000;

/** How long anything may take, in milliseconds. */
const PATIENCE = 15 * 60_000;

const SENDING = 'Your files are on their way';
/** The browser notices some cuts at once. Others are only a silence. */
const LOST = /^(The connection is interrupted|No answer for 10 seconds)/;

/** Collects what is to be done at the end. */
interface Ending {
  teardown(work: () => unknown): unknown;
}

async function prove(stage: Stage, ending: Ending, say: (text: string) => void): Promise<Arrived> {
  const source = join(stage.folder, 'source');
  const files = await makeFiles(source);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  say(`${files.length} files of ${total / MB} MB are made`);

  const store = join(stage.folder, 'zenodo');
  const mock = await stage.startMock(['--data', store]);
  const nginxPort = await freePort();
  const line = await startLine(`http://127.0.0.1:${nginxPort}`, RATE);
  ending.teardown(() => line.close());
  const publicUrl = `${line.url}/zenodo`;
  const env = await stage.serviceEnvironment(mock.url);
  const replicas = await startReplicas(stage, {
    ...env,
    PUBLIC_URL: publicUrl,
    TRUSTED_PROXIES: '127.0.0.1',
  });
  const [one, two] = replicas.ports;
  const nginx = await startNginx(ending, {
    port: nginxPort,
    target: `http://127.0.0.1:${one}`,
    change: (text) => text.replace(/^( *server )127.0.0.1:3000(.*)$/m, `$&\n$1127.0.0.1:${two}$2`),
  });

  const who = await connect(publicUrl, 'proof');
  const link = await newLink(publicUrl, who, { application_name: 'Field Station Data' });
  const profile = join(stage.folder, 'profile');
  await mkdir(profile);
  const known: KnownOffset[] = [];
  let visitor = await openVisitor(ending, profile, link.url, known);
  const visitors = [visitor];
  const truth = createTruth({ mock, total, line, replicas, visitor: () => visitor });

  const reached = async (share: number) => {
    const from = Date.now();
    while (line.sent() < share * total) {
      if (Date.now() > from + PATIENCE) throw new Error(`no more than ${line.sent()} bytes were sent`);
      await truth.look();
      await sleep(400);
    }
  };
  const sees = async (text: string | RegExp, there = true) => {
    const shown = visitor.page.getByText(text).first();
    const wait = shown.waitFor({ state: there ? 'visible' : 'detached', timeout: 180_000 });
    let over = false;
    void wait.then(
      () => {
        over = true;
      },
      () => {
        over = true;
      },
    );
    while (!over) {
      await truth.look();
      await sleep(400);
    }
    await wait;
  };
  const send = async (at: Visitor) => {
    await chooseAll(at, source, files);
    await at.page.getByRole('button', { name: /^Send 2 GB/ }).click();
    await at.page.getByRole('heading', { name: SENDING }).waitFor();
  };

  await send(visitor);
  const began = Date.now();
  await reached(0.1);
  say(`kill -9 of a replica with ${await replicas.killReceiver()} files open`);
  await reached(0.25);
  say(`the line is cut for ${CUT / 1000} s`);
  const cutAt = Date.now();
  line.cut();
  await sees(LOST);
  say(`the page says so after ${((Date.now() - cutAt) / 1000).toFixed(0)} s`);
  while (Date.now() < cutAt + CUT) {
    await truth.look();
    await sleep(400);
  }
  line.restore();
  await sees(LOST, false);
  say(`it goes on ${((Date.now() - cutAt - CUT) / 1000).toFixed(0)} s after the line is back`);
  await reached(0.45);
  say('the browser is closed, and opened again with the link');
  await visitor.close();
  visitor = await openVisitor(ending, profile, link.url, known);
  visitors.push(visitor);
  await visitor.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await send(visitor);
  await reached(0.6);
  say('Zenodo answers 503');
  await mock.control('POST', '/faults', {
    method: 'PUT',
    path: '/api/files/:bucket/:key',
    status: 503,
    times: 4,
  });
  await reached(0.7);
  say(`the computer is off the net for ${OFFLINE / 1000} s`);
  await visitor.context.setOffline(true);
  await sees(LOST);
  await sleep(OFFLINE);
  await visitor.context.setOffline(false);
  await sees(LOST, false);
  await reached(0.85);
  say(`kill -9 of a replica with ${await replicas.killReceiver()} files open`);
  await sees('Your files are at Zenodo');
  const seconds = (Date.now() - began) / 1000;
  say('all files are at Zenodo');
  const sight = await visitor.look();
  const draft = { id: who.id, bucket: '' };
  const stored = await mock.stored(draft);
  const wrong: string[] = [];
  for (const [name, { md5 }] of stored)
    if (!sight.text.includes(md5)) wrong.push(`the page does not show the md5 of ${name}`);
  for (const { path, md5 } of files.filter(({ path }) => !path.includes('/'))) {
    if (stored.get(path)?.md5 !== md5) wrong.push(`${path} is another at Zenodo`);
  }
  for (const name of FOLDERS) {
    const parts = files.filter(({ path }) => path.startsWith(`${name}/`));
    const zip = stored.get(`${name}.zip`);
    const held = zip === undefined ? new Map() : await filesInZip(await onDisk(store, zip.size));
    for (const { path, md5 } of parts) {
      if ((held.get(path) ?? held.get(path.slice(name.length + 1))) !== md5)
        wrong.push(`${path} is another in its zip`);
    }
    if (held.size !== parts.length) wrong.push(`${name}.zip holds ${held.size} files`);
  }
  if (stored.size !== files.filter(({ path }) => !path.includes('/')).length + FOLDERS.length)
    wrong.push(`${stored.size} files are at Zenodo`);
  const back = visitor.page.waitForRequest(/upload_id=.*state=done/);
  await visitor.page.route('http://127.0.0.1:8000/**', (route) => route.fulfill({ body: 'back' }));
  await visitor.page.getByRole('link', { name: 'Back to Field Station Data' }).click();
  await back;
  const peak = await replicas.peak();
  const log = await nginx.log();
  for (const { complaints } of visitors) wrong.push(...complaints);
  for (const path of replicas.logs) {
    const errors = (await readFile(path, 'utf8'))
      .split('\n')
      .filter((text) => /"level":"(error|fatal)"/.test(text));
    wrong.push(...errors);
  }
  return {
    files: files.length,
    total,
    seconds,
    sent: line.sent(),
    refused: log.split('\n').filter((text) => / PATCH /.test(text) && !/ 204 /.test(text)).length,
    chunks: visitors.map(({ chunks }) => chunks()),
    wrong: [...wrong, ...truth.wrong],
    looks: truth.looks,
    peak,
  };
}

/**
 * Sends two gigabytes through the upload page while everything goes wrong that can. Exit code 1 if
 * a byte or a statement is wrong.
 */
async function main(): Promise<void> {
  const started = performance.now();
  const say = (text: string) =>
    console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);
  const stage = await openStage();
  const endings: (() => unknown)[] = [];
  const stop = () => void stage.close().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const ending = { teardown: (work: () => unknown) => endings.unshift(work) };
    const arrived = await prove(stage, ending, say);
    const lines = linesOf(arrived);
    console.log(`\n${tableOf(lines)}\n`);
    for (const line of arrived.wrong) console.log(line);
    const figures = lines.flatMap((line) => Object.values(line.figures));
    const missed = figures.some((figure) => typeof figure !== 'string' && !holds(figure));
    process.exitCode = missed || arrived.wrong.length > 0 ? 1 : 0;
  } finally {
    for (const end of endings) await end();
    await stage.close();
  }
}

await main();
