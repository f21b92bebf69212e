import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NGINX } from './debian.js';
import { type Teardown, temporaryFolder } from './teardown.js';

/**
 * Starts Debian's nginx with deploy/nginx.conf, at `port` and in front of `target`, otherwise as it
 * is shipped but for `change`.
 */
export async function startNginx(
  t: Teardown,
  {
    port,
    target,
    change = (text) => text,
  }: { port: number; target: string; change?: (text: string) => string },
): Promise<{ url: string; log(): Promise<string> }> {
  const home = await temporaryFolder(t);
  const shipped = await readFile(new URL('../deploy/nginx.conf', import.meta.url), 'utf8');
  const log = join(home, 'access.log');
  const site = change(shipped)
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replace('127.0.0.1:3000', new URL(target).host)
    .replace('/var/log/nginx/zenodo-service.log', log);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  const main = `${user}daemon off; worker_processes 1; pid ${home}/pid; error_log stderr;
    events { worker_connections 256; }
    http {
      ${temporary.map((name) => `${name}_temp_path ${home}/${name};`).join(' ')}
      ${site}
    }`;
  const file = join(home, 'nginx.conf');
  await writeFile(file, main);
  const child = spawn(NGINX, ['-p', home, '-e', 'stderr', '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  const gone = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGTERM');
    await gone;
  });
  const url = `http://127.0.0.1:${port}`;
  for (const until = Date.now() + 20_000; Date.now() < until && child.exitCode === null; ) {
    if ((await fetch(url).catch(() => null)) !== null) return { url, log: () => readFile(log, 'utf8') };
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`nginx did not start:\n${said}`);
}
