import { appendFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { readContract } from '../contract/document.js';
import { CATALOGUE } from '../src/errors.js';

/**
 * Names the folder in which a whole run collects the problems that services answer; unset in a run
 * of some files.
 */
export const FOLDER_VARIABLE = 'TEST_ANSWERED_PROBLEMS';

/**
 * Stands for the call where a code is told of an upload, which is no problem of the call itself.
 */
const OF_AN_UPLOAD = 'upload -';

/**
 * Notes every problem that leaves `server`, as it goes over the wire: method, path and code; and
 * the codes of failed uploads that it tells of.
 */
export function noteProblems(server: Server): void {
  const folder = process.env[FOLDER_VARIABLE];
  if (folder === undefined) return;
  const file = join(folder, `${process.pid}.txt`);
  const noted = new Set<string>();
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse;
    response.end = (...given: unknown[]) => {
      const text = typeof given[0] === 'string' || Buffer.isBuffer(given[0]) ? String(given[0]) : '';
      const code = /^\{"type":"urn:zenodo-service:([a-z_]+)"/.exec(text.slice(0, 100))?.[1];
      const called = `${request.method?.toLowerCase()} ${request.url?.split('?')[0]}`;
      const told = [...text.matchAll(/"error":\{"code":"([a-z_]+)"/g)].map(
        (match) => `${OF_AN_UPLOAD} ${match[1]}`,
      );
      for (const line of code === undefined ? told : [`${called} ${code}`]) {
        if (!noted.has(line)) appendFileSync(file, `${line}\n`);
        noted.add(line);
      }
      return end(...given);
    };
  });
}

/**
 * What is wrong with the problems of a whole run: codes that no test provoked, and codes that the
 * contract does not name at their call.
 */
export async function faultsOf(folder: string): Promise<string[]> {
  const noted = new Set<string>();
  for (const name of await readdir(folder)) {
    for (const line of (await readFile(join(folder, name), 'utf8')).split('\n')) if (line) noted.add(line);
  }
  const documented = await documentedCodes();
  const provoked = new Set<string>();
  const faults = new Set<string>();
  for (const line of noted) {
    const [method = '', path = '', code = ''] = line.split(' ');
    provoked.add(code);
    const call = documented.find((one) => one.method === method && one.path.test(path));
    if (call !== undefined && !call.codes.has(code)) {
      faults.add(`openapi.yaml does not name ${code} at ${method.toUpperCase()} ${call.template}`);
    }
  }
  for (const code of Object.keys(CATALOGUE)) if (!provoked.has(code)) faults.add(`no test provokes ${code}`);
  return [...faults];
}

async function documentedCodes() {
  const { operations } = await readContract(new URL('../openapi.yaml', import.meta.url));
  return operations.map(({ method, path: template, responses }) => {
    const failures = Object.entries(responses).filter(([status]) => Number(status) >= 400);
    const words = failures.flatMap(([, { description }]) => [...description.matchAll(/`([a-z_]+)`/g)]);
    // PUBLIC_URL may put a prefix in front.
    const path = new RegExp(`^(?:/zenodo)?${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
    return { method: method.toLowerCase(), template, path, codes: new Set(words.map(([, code]) => code)) };
  });
}
