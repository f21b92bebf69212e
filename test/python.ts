import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { needDebian } from './debian.js';

/** Debian's packages belong to Debian's interpreter; another build may come first on the path. */
const PYTHON = '/usr/bin/python3';

/**
 * The path of a Python that can import Debian packages such as `python3-requests-oauthlib`. Missing ones are installed with
 * apt-get when running as root. Throws an Error with a sentence that says what to install when that cannot be.
 */
export async function debianPython(packages: string[]): Promise<string> {
  const modules = packages.map((name) => name.replace(/^python3-/, '').replaceAll('-', '_'));
  await needDebian(packages, () =>
    promisify(execFile)(PYTHON, ['-c', `import ${modules.join(', ')}`]).then(
      () => true,
      () => false,
    ),
  );
  return PYTHON;
}
