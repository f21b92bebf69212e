import { readFile } from 'node:fs/promises';
import { validateWorkflow } from '@action-validator/core';
import t from 'tap';
import { parse } from 'yaml';

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), 'utf8');

const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };

/** Keywords of GitLab's at the top of a pipeline file. Everything else is a job. */
const GITLAB = ['stages', 'workflow', 'variables', 'default', 'include'];
const JOB = [
  'stage',
  'image',
  'services',
  'timeout',
  'parallel',
  'rules',
  'id_tokens',
  'artifacts',
  'needs',
  'variables',
  'script',
];

interface Job {
  stage: string;
  script: string[];
}

t.test('the workflows of GitHub are valid', async (t) => {
  for (const name of ['ci', 'release']) {
    const { errors } = validateWorkflow(await read(`.github/workflows/${name}.yml`));
    t.same(errors, [], name);
  }
  const wrong = validateWorkflow('on: push\njobs:\n  a:\n    steps: 3\n');
  t.not(wrong.errors.length, 0, 'and a fault would be found');
});

t.test('the pipeline of GitLab has known keywords, stages and scripts', async (t) => {
  const text = await read('.gitlab-ci.yml');
  const { stages } = parse(text) as { stages: string[] };
  const jobs = Object.entries(parse(text) as Record<string, Job>).filter(([name]) => !GITLAB.includes(name));
  t.same(jobs.map(([name]) => name).sort(), ['images', 'packages', 'python', 'test']);
  for (const [name, job] of jobs) {
    t.ok(stages.includes(job.stage), `${name}: its stage is there`);
    t.same(
      Object.keys(job).filter((keyword) => !JOB.includes(keyword)),
      [],
      `${name}: known keywords`,
    );
    for (const line of job.script) {
      const script = /^npm run ([\w-]+)/.exec(line)?.[1];
      if (script !== undefined) t.ok(script in scripts, `${name}: npm run ${script}`);
    }
  }
});

t.test('both publish the Python client as a trusted publisher, with attestations', async (t) => {
  const github = parse(await read('.github/workflows/release.yml')) as {
    jobs: {
      packages: {
        permissions: Record<string, string>;
        steps: { uses?: string; run?: string; with?: Record<string, string>; env?: object }[];
      };
    };
  };
  const { permissions, steps } = github.jobs.packages;
  t.equal(permissions['id-token'], 'write', 'which proves who publishes');
  const publishing = steps.findIndex(({ uses }) => uses?.startsWith('pypa/gh-action-pypi-publish@'));
  t.same(steps[publishing]?.with, { 'packages-dir': 'release/python' }, 'without a password');
  const built = steps.findIndex(({ run }) => run === 'npm run release');
  t.ok(built !== -1 && built < publishing, 'what was built and tried');

  const gitlab = parse(await read('.gitlab-ci.yml')) as {
    packages: { artifacts: { paths: string[] } };
    python: { needs: string[]; id_tokens: Record<string, { aud: string }>; script: string[] };
  };
  t.same(gitlab.packages.artifacts.paths, ['release/python']);
  t.same(gitlab.python.needs, ['packages']);
  t.same(
    Object.values(gitlab.python.id_tokens).map(({ aud }) => aud),
    ['pypi', 'sigstore'],
  );
  t.match(gitlab.python.script.at(-1), /^python -m twine upload .*--attestations release\/python\/\*$/);
});

t.test('both run the tests on the Node.js versions that are promised', async (t) => {
  const github = parse(await read('.github/workflows/ci.yml')) as {
    jobs: { test: { strategy: { matrix: { node: string[] } } } };
  };
  const gitlab = parse(await read('.gitlab-ci.yml')) as {
    test: { parallel: { matrix: [{ NODE: string[] }] } };
  };
  t.same(github.jobs.test.strategy.matrix.node, ['20', '22', '24']);
  t.same(gitlab.test.parallel.matrix[0].NODE, github.jobs.test.strategy.matrix.node);
});
