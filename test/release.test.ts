import { readFile } from 'node:fs/promises';
import { validateWorkflow } from '@action-validator/core';
import { satisfies } from 'semver';
import t from 'tap';
import { parse } from 'yaml';
import { type ReleaseTexts, releaseFaults } from '../scripts/release-check.js';

const ROOT = new URL('../', import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), 'utf8');

const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };

/** The oldest Node.js that is promised, and the newest lines at the time of writing. */
const NODE_VERSIONS = ['20.19.0', '20.20.2', '22.12.0', '22.21.0', '24.11.0'];

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

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, string>;
}

interface Workflow {
  on: Record<string, unknown>;
  jobs: Record<
    string,
    { needs?: string; uses?: string; container?: string; permissions?: object; steps?: Step[] }
  >;
}

/** What publishes a package of npm. */
const PUBLISHING =
  'for tarball in release/*.tgz; do npm publish --provenance --access public "$tarball"; done';

t.test('a tag on GitHub is tested, then published: packages with provenance, and images', async (t) => {
  const { on, jobs } = parse(await read('.github/workflows/ci.yml')) as Workflow;
  t.ok('workflow_call' in on, 'the release can call the tests');
  t.equal(
    jobs['test']?.container,
    `node:\${{ matrix.node }}-bookworm`,
    'where Debian’s packages can be installed',
  );
  const { on: onTag, jobs: release } = parse(await read('.github/workflows/release.yml')) as Workflow & {
    on: { push: { tags: string[] } };
  };
  t.equal(release['test']?.uses, './.github/workflows/ci.yml');
  const { packages, images } = release;
  t.same(
    [packages?.needs, images?.needs],
    ['test', 'packages'],
    'a tag of another version publishes nothing',
  );
  t.same(onTag.push.tags, ['v[0-9]+.[0-9]+.[0-9]+'], 'what is tagged otherwise is no release');
  t.ok(packages?.steps?.some(({ run }) => run === PUBLISHING));
  t.same(images?.permissions, { contents: 'read', packages: 'write' });
  const used = (action: string) =>
    images?.steps?.find(({ uses }) => uses?.startsWith(`docker/${action}@`))?.with;
  t.match(
    used('login-action'),
    { registry: 'ghcr.io', password: /GITHUB_TOKEN/ },
    'the registry that takes this token',
  );
  t.match(used('metadata-action'), { images: /^ghcr\.io\//, tags: /^type=semver,/ });
  t.match(used('build-push-action'), {
    push: true,
    provenance: 'mode=max',
    platforms: 'linux/amd64,linux/arm64',
  });
});

t.test('GitLab publishes the packages to its registry with provenance, and the images', async (t) => {
  const { stages, packages, images } = parse(await read('.gitlab-ci.yml')) as { stages: string[] } & Record<
    'packages' | 'images',
    Job & { needs?: string[]; id_tokens?: object }
  >;
  t.same(stages, ['test', 'release']);
  t.equal(packages.stage, 'release');
  t.notOk('needs' in packages, 'so it waits for the tests');
  t.same(images.needs, ['packages'], 'a tag that is not that of the packages publishes nothing');
  t.same(packages.id_tokens, { SIGSTORE_ID_TOKEN: { aud: 'sigstore' } });
  t.same(packages.script.slice(-3), [
    'npm config set registry "https://$NPM_REGISTRY/"',
    'npm config set "//$NPM_REGISTRY/:_authToken" "$NPM_TOKEN"',
    PUBLISHING,
  ]);
  t.same(
    images.script.filter((line) => line.startsWith('docker push')),
    [`\${CI_COMMIT_TAG#v}`, 'latest'].map((tag) => `docker push "$CI_REGISTRY_IMAGE/$IMAGE:${tag}"`),
    'what a dry run says',
  );
});

t.test('a release is refused for what would make it incomplete', async (t) => {
  const texts: ReleaseTexts = {
    manifests: [
      { name: 'one', version: '1.2.3' },
      { name: 'two', version: '1.2.3' },
    ],
    pyproject: '\nversion = "1.2.3"\n',
    changelog: '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-02\n',
    contract: 'openapi: 3.1.0',
    lastContract: 'openapi: 3.1.0',
  };
  const faults = (changed: Partial<ReleaseTexts>) => {
    const { always, published } = releaseFaults({ ...texts, ...changed });
    return [...always, ...published].join('\n');
  };
  t.equal(faults({}), '');
  const [one = { name: '', version: '' }] = texts.manifests;
  t.match(faults({ manifests: [one, { ...one, version: '1.2.4' }] }), /differ in version/);
  t.match(faults({ manifests: [one, { ...one, private: true }] }), /one is private/);
  t.match(faults({ pyproject: '\nversion = "1.2.2"\n' }), /clients\/python is not version 1\.2\.3/);
  t.match(faults({ changelog: texts.changelog.replace(' - 2026-01-02', '') }), /no dated section/);
  const more = texts.changelog.replace(']\n\n', ']\n\n### Added\n\n- More.\n\n');
  t.match(faults({ changelog: more }), /lines under \[Unreleased\]/);
  t.match(faults({ contract: 'openapi: 3.1.1' }), /not copied/);
  t.match(faults({ tag: 'v1.2.4' }), /the tag is v1\.2\.4, and not v1\.2\.3/);
  t.equal(faults({ tag: 'v1.2.3' }), '');
  const manifests = [await read('package.json'), await read('mock-zenodo/package.json')].map((text) =>
    JSON.parse(text),
  );
  const pyproject = await read('clients/python/pyproject.toml');
  const changelog = await read('CHANGELOG.md');
  t.same(
    releaseFaults({ ...texts, manifests, pyproject, changelog }).always,
    [],
    'this version can be released',
  );
});

/** As much of an entry of package-lock.json as an installation may warn of. */
interface Locked {
  deprecated?: string;
  hasInstallScript?: boolean;
  engines?: { node?: string };
}

t.test(
  'npm ci prints no warning: nothing deprecated, and nothing that refuses a Node.js of ours',
  async (t) => {
    const { packages } = JSON.parse(await read('package-lock.json')) as { packages: Record<string, Locked> };
    const { allowScripts } = JSON.parse(await read('package.json')) as {
      allowScripts: Record<string, boolean>;
    };
    const found: string[] = [];
    for (const [path, { deprecated, hasInstallScript, engines }] of Object.entries(packages)) {
      const name = path.replace(/^.*node_modules\//, '');
      if (deprecated !== undefined) found.push(`${path} is deprecated: ${deprecated}`);
      if (hasInstallScript && !(name in allowScripts)) found.push(`${path} has a script nobody decided on`);
      for (const version of NODE_VERSIONS) {
        if (!satisfies(version, engines?.node ?? '*')) found.push(`${path} refuses Node.js ${version}`);
      }
    }
    t.same(found, []);
    t.ok(Object.keys(packages).length > 100, 'and there was something to look at');
  },
);

t.test('the published packages bring no script, and nothing that is not in the lock', async (t) => {
  const { packages } = JSON.parse(await read('package-lock.json')) as { packages: Record<string, Locked> };
  for (const folder of ['', 'mock-zenodo/']) {
    const manifest = JSON.parse(await read(`${folder}package.json`)) as Record<string, object | undefined>;
    const { scripts = {}, dependencies = {}, optionalDependencies = {}, peerDependencies = {} } = manifest;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      t.match(packages[`node_modules/${name}`], { hasInstallScript: undefined }, `${folder}: ${name}`);
    }
    for (const name of ['preinstall', 'install', 'postinstall'])
      t.notOk(name in scripts, `${folder}: ${name}`);
  }
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
