import { execFile } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { parse } from 'yaml';
import { blocksOf, readDocument } from './blocks.js';
import { authorize } from './consent.js';
import { lackOfProgram } from './debian.js';
import { freePort } from './free-port.js';
import { startProgram } from './process.js';
import { startReceiver } from './receiver.js';
import { startService } from './service.js';
import { temporaryFolder } from './teardown.js';
import { announce, send } from './tus-caller.js';
import { eventually, formOf, noise, upload } from './uploads.js';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../deploy/prometheus/', import.meta.url));
const PROMETHEUS = '/usr/bin/prometheus';

const { groups } = parse(await readFile(join(FOLDER, 'rules.yml'), 'utf8')) as {
  groups: { rules: { alert?: string; expr: string; annotations?: Record<string, string> }[] }[];
};
const rules = groups.flatMap((group) => group.rules);

const dashboard = JSON.parse(
  await readFile(new URL('../deploy/grafana/dashboard.json', import.meta.url), 'utf8'),
) as { panels: { title: string; targets: { expr: string }[] }[] };
const queries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$job', '.*') })),
);

const lack = await lackOfProgram('/usr/bin/promtool', 'prometheus');

t.test('the rules are rules, and their unit tests pass', { skip: lack }, async (t) => {
  await t.resolves(run('promtool', ['check', 'rules', 'rules.yml'], { cwd: FOLDER }));
  await t.resolves(run('promtool', ['test', 'rules', 'rules.test.yml'], { cwd: FOLDER }));
});

t.test('each alert has a unit test in which it is raised, and one in which it is not', async (t) => {
  const { tests } = parse(await readFile(join(FOLDER, 'rules.test.yml'), 'utf8')) as {
    tests: { alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  const asked = tests.flatMap((one) => one.alert_rule_test ?? []);
  for (const { alert } of rules) {
    if (alert === undefined) continue;
    const raised = asked
      .filter(({ alertname }) => alertname === alert)
      .map((one) => one.exp_alerts.length > 0);
    t.same([...new Set(raised)].sort(), [false, true], alert);
  }
});

t.test('the configuration of the document is one', { skip: lack }, async (t) => {
  const home = await temporaryFolder(t);
  for (const { text } of blocksOf('docs/operations/metrics.md', 'yaml')) {
    await writeFile(join(home, 'prometheus.yml'), text);
    await copyFile(join(FOLDER, 'rules.yml'), join(home, 'rules.yml'));
    await t.resolves(run('promtool', ['check', 'config', 'prometheus.yml'], { cwd: home }));
  }
});

t.test('each alert says what to do, as the document does, and where more is said', async (t) => {
  const [, list = ''] = readDocument('docs/operations/alerts.md').split('\n## What to do\n');
  const explained = list.split('\n* ').slice(1);
  /** Without what is markup. */
  const plain = (text: string) => text.replace(/[`*]/g, '').replace(/\s+/g, ' ').trim();
  const alerts = rules.filter(({ alert }) => alert !== undefined);
  t.same(
    explained.map(plain),
    alerts.map(({ alert, annotations }) => `${alert}: ${annotations?.['description']}`),
  );
  for (const { alert, annotations } of alerts) {
    const [document = '', section] = annotations?.['runbook']?.split('#') ?? [];
    const titles = [...readDocument(document).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    t.ok(section === undefined || titles.includes(section), `${alert}: ${annotations?.['runbook']}`);
  }
});

t.test('the query of the service level is that of its rule', async (t) => {
  const plain = (text: string) => text.replace(/\s+/g, '');
  const [shown] = blocksOf('docs/operations/alerts.md', 'promql');
  const [rule] = rules.filter(({ alert }) => alert === undefined);
  t.equal(plain(shown?.text ?? ''), plain(rule?.expr ?? ''));
});

t.test('rules and dashboard work with the metrics of a real run', { skip: lack }, async (t) => {
  const port = await freePort();
  const receiver = await startReceiver(t);
  const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  const { url, mock } = await startService(t, {
    env: { OPERATOR_PORT: String(port), WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: secret },
    dependencies: { transferTimings: { firstWait: 10 } },
  });
  // What happens in a day: an attempt that fails, a renewal, a file by tus, webhooks.
  const { body: grant } = await authorize(url);
  const [id, token] = [Number(grant['deposition_id']), String(grant['access_token'])];
  mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/*', status: 500, times: 1 });
  mock.tokens.expire({ user: 'mock-user' });
  const form = formOf({ 'a.bin': noise(10_000) }, { access_token: token });
  t.equal((await upload(url, id, form)).status, 200);
  const caller = { authorization: `Bearer ${token}` };
  const { location } = await announce(url, id, 4, { filename: 'by-tus.bin' }, caller);
  t.equal((await send(location, 0, Buffer.from('1234'), caller)).status, 204);
  t.ok(await eventually(async () => receiver.deliveries.length > 0), 'a webhook was delivered');
  const scraped = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const there = new Set([...scraped.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
  for (const { expr } of [...rules, ...queries]) {
    for (const [name] of expr.matchAll(/\b(?:zenodo_service|nodejs|process)_\w+/g)) {
      t.ok(there.has(name) || there.has(name.replace(/_(count|bucket)$/, '')), name);
    }
  }

  const home = await temporaryFolder(t);
  const scrape = {
    job_name: 'zenodo-service',
    scrape_interval: '1s',
    static_configs: [{ targets: [`127.0.0.1:${port}`] }],
  };
  // JSON is YAML.
  const configuration = {
    global: { evaluation_interval: '1s' },
    rule_files: [join(FOLDER, 'rules.yml')],
    scrape_configs: [scrape],
  };
  await writeFile(join(home, 'prometheus.yml'), JSON.stringify(configuration));
  const address = `127.0.0.1:${await freePort()}`;
  const prometheus = startProgram(
    t,
    [
      PROMETHEUS,
      `--config.file=${home}/prometheus.yml`,
      `--storage.tsdb.path=${home}/data`,
      `--web.listen-address=${address}`,
    ],
    { cwd: home },
  );
  await prometheus.says(/ready to receive web requests/);
  const ask = async (query: string) => {
    const answer = await fetch(`http://${address}/api/v1/query?${new URLSearchParams({ query })}`);
    return (await answer.json()) as { status: string; error?: string; data?: { result: unknown[] } };
  };
  const twice = async () =>
    ((await ask('count_over_time(up[1m]) >= 2')).data?.result.length ?? 0) > 0 &&
    ((await ask('up == 1')).data?.result.length ?? 0) > 0;
  t.ok(await eventually(twice), 'it is scraped');
  for (const { title, expr } of queries) {
    const { status, error, data } = await ask(expr);
    t.equal(status, 'success', `${title}: ${error}`);
    // A run in which nothing is under way has no series of that.
    if (/^max by .state. .zenodo_service_uploads/.test(expr)) continue;
    t.ok((data?.result.length ?? 0) > 0, `${title} shows something`);
  }
  const readRules = async () => {
    const answer = await fetch(`http://${address}/api/v1/rules`);
    const { data } = (await answer.json()) as {
      data: { groups: { rules: { name: string; health: string; state?: string }[] }[] };
    };
    return data.groups.flatMap((group) => group.rules);
  };
  await eventually(async () => (await readRules()).every(({ health }) => health !== 'unknown'));
  const live = await readRules();
  t.equal(live.length, rules.length);
  for (const { name, health, state } of live) {
    t.equal(health, 'ok', name);
    if (name !== 'ZenodoServiceStagingFull') t.not(state, 'firing', `${name} is quiet where all is well`);
  }
  await prometheus.kill('SIGTERM');
});
