import { existsSync, readFileSync } from 'node:fs';

/**
 * The version in this package's package.json, which is beside the source, and one folder above the
 * built code.
 */
export function packageVersion(): string {
  const paths = ['./package.json', '../package.json'].map((path) => new URL(path, import.meta.url));
  const path = paths.find((candidate) => existsSync(candidate));
  return path === undefined
    ? '0.0.0'
    : (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
