import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Deployment } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { PersistentVolumeClaim, Service } from 'kubernetes-models/v1';
import t, { type Test } from 'tap';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '../src/config.js';
import { readDocument } from './blocks.js';
import { lackOfProgram } from './debian.js';
import { temporaryFolder } from './teardown.js';

const run = promisify(execFile);
const DEPLOY = fileURLToPath(new URL('../deploy/', import.meta.url));
const UNIT = join(DEPLOY, 'systemd/zenodo-service.service');

/** Secrets as deploy/make-secrets.sh makes them, in a folder; its path. */
async function secrets(t: Test): Promise<string> {
  const home = await temporaryFolder(t);
  await mkdir(join(home, 'deploy'));
  const script = join(home, 'deploy/make-secrets.sh');
  await writeFile(script, await readFile(join(DEPLOY, 'make-secrets.sh')), { mode: 0o755 });
  await run(script, ['from-zenodo'], { cwd: home });
  return join(home, 'secrets');
}

t.test('the Kubernetes manifests are what its API takes, and start the service', async (t) => {
  const text = await readFile(join(DEPLOY, 'kubernetes/zenodo-service.yaml'), 'utf8');
  const [claim, deployment, service, budget, ...rest] = parseAllDocuments(text).map((one) => one.toJS());
  t.same(rest, []);
  const pods = new Deployment(deployment);
  for (const one of [
    new PersistentVolumeClaim(claim),
    pods,
    new Service(service),
    new PodDisruptionBudget(budget),
  ]) {
    t.doesNotThrow(() => one.validate(), one.kind);
  }
  t.same(
    [claim, deployment, service, budget].map(({ kind }) => kind),
    ['PersistentVolumeClaim', 'Deployment', 'Service', 'PodDisruptionBudget'],
  );
  t.throws(() => new Deployment({ ...deployment, spec: { ...deployment.spec, replicas: 'two' } }).validate());

  const spec = pods.spec?.template.spec;
  const [container] = spec?.containers ?? [];
  const folder = await secrets(t);
  const mounted = container?.volumeMounts?.find(({ name }) => name === 'secrets')?.mountPath ?? '';
  const env = Object.fromEntries(
    (container?.env ?? []).map(({ name, value }) => [name, value?.replace(mounted, folder)]),
  );
  const config = loadConfig(env);
  t.match(config, {
    production: true,
    host: '0.0.0.0',
    zenodoClientSecret: 'from-zenodo',
    operatorKey: /.{24}/,
  });
  t.same(
    container?.ports?.map(({ name, containerPort }) => [name, containerPort]),
    [
      ['http', config.port],
      ['operator', config.operatorPort],
    ],
  );
  t.ok(
    config.stagingDir.startsWith(`${container?.volumeMounts?.[0]?.mountPath}/`),
    'staging is on the volume',
  );
  for (const probe of [container?.livenessProbe, container?.readinessProbe, container?.startupProbe]) {
    t.match(probe?.httpGet, { path: /^\/(healthz|readyz)$/, port: 'http' });
  }
  t.match(container?.livenessProbe?.httpGet?.path, '/healthz', 'a database that is away restarts nothing');
  t.ok((spec?.terminationGracePeriodSeconds ?? 0) >= config.drainSeconds + 30);
  t.same(service.spec.selector, pods.spec?.template.metadata?.labels);
  t.same(budget.spec.selector, pods.spec?.selector);
});

t.test('the unit of systemd runs the documented command, with all settings', async (t) => {
  const text = await readFile(UNIT, 'utf8');
  const [, program = ''] = /^ExecStart=\/usr\/bin\/node (.+)$/m.exec(text) ?? [];
  t.ok(readDocument('docs/operations/install.md').includes(`\`${program}\``), program);
  t.match(program, /^node_modules\/zenodo-service\/dist\/src\/server\.js$/, 'as npm installs it');
  const folder = await secrets(t);
  const set = [...text.matchAll(/^Environment=([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value.replace('%d', folder),
  ]);
  const config = loadConfig({
    ...Object.fromEntries(set),
    PUBLIC_URL: 'https://api.example.org/zenodo',
    ZENODO_URL: 'https://zenodo.org',
    ZENODO_CLIENT_ID: 'id',
    ALLOWED_CALLBACK_URLS: 'https://app.example.org/callback',
    OPERATOR_CONTACT: 'operator@example.org',
  });
  t.match(config, { production: true, zenodoClientSecret: 'from-zenodo', operatorKey: /.{24}/ });
  t.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]) >= config.drainSeconds + 30);
});

const lack = await lackOfProgram('/usr/bin/systemd-analyze', 'systemd');

t.test('the unit is one, and leaves little open', { skip: lack }, async (t) => {
  // Whether /usr/bin/node is there is another machine's matter.
  const { stderr } = await run('systemd-analyze', ['verify', UNIT]).catch((error) => error);
  t.same(
    String(stderr)
      .split('\n')
      .filter((line) => line.includes('zenodo-service') && !line.includes('is not executable')),
    [],
  );
  const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', UNIT]);
  t.match(stdout, /Overall exposure level for zenodo-service\.service: 1\.\d OK/);
});
