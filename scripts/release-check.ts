/** The texts that a release depends on. */
export interface ReleaseTexts {
  /** package.json of each package on npm. */
  manifests: { name: string; version: string; private?: boolean }[];
  /** pyproject.toml of the Python client. Null if there is none. */
  pyproject: string | null;
  changelog: string;
  contract: string;
  /** test/contract/last-release.yaml: what the next release is compared with. */
  lastContract: string;
  /** The tag that is being released. Undefined outside CI. */
  tag?: string | undefined;
}

/** What makes a release impossible: `always`, or only `published` ones and not a dry run. */
interface ReleaseFaults {
  always: string[];
  published: string[];
}

/** Checks that packages, changelog and tag say the same version, and nothing unreleased is left. */
export function releaseFaults(texts: ReleaseTexts): ReleaseFaults {
  const { manifests, pyproject, changelog, contract, lastContract, tag } = texts;
  const [version = ''] = manifests.map((manifest) => manifest.version);
  const always: string[] = [];
  if (manifests.some((manifest) => manifest.version !== version))
    always.push('the packages differ in version');
  for (const { name } of manifests.filter((manifest) => manifest.private))
    always.push(`${name} is private, so npm would not publish it`);
  if (pyproject !== null && !pyproject.includes(`\nversion = "${version}"\n`))
    always.push(`clients/python is not version ${version}`);
  const dated = new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d\\d-\\d\\d$`, 'm');
  if (!dated.test(changelog)) always.push(`CHANGELOG.md has no dated section for ${version}`);
  const published: string[] = [];
  if (tag !== undefined && tag !== `v${version}`) published.push(`the tag is ${tag}, and not v${version}`);
  if (/^## \[Unreleased\]\n\s*(?!##\s|\s|$)/m.test(changelog))
    published.push(`CHANGELOG.md has lines under [Unreleased]: move them to ${version}`);
  if (contract !== lastContract)
    published.push('openapi.yaml was not copied to test/contract/last-release.yaml');
  return { always, published };
}
