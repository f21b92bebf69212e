import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { debianPython } from '../../test/python.js';

t.test("Python's requests-oauthlib, unchanged, against the mock as a process", async (t) => {
  const python = await debianPython(['python3-requests-oauthlib']);
  const cli = fileURLToPath(new URL('../cli.ts', import.meta.url));
  const mock = spawn(process.execPath, ['--import=tsx', cli, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(async () => {
    mock.kill();
    if (mock.exitCode === null && mock.signalCode === null) await once(mock, 'exit');
  });
  const [url] = await once(createInterface({ input: mock.stdout }), 'line', {
    signal: AbortSignal.timeout(30_000),
  });
  const script = fileURLToPath(new URL('requests_oauthlib_client.py', import.meta.url));
  const env = { ...process.env, OAUTHLIB_INSECURE_TRANSPORT: '1', NO_PROXY: '127.0.0.1,localhost' };
  const { stdout } = await promisify(execFile)(python, [script, String(url)], { env, timeout: 30_000 });
  t.same(JSON.parse(stdout), {
    page: [200, true],
    token: ['access_token', 'expires_at', 'expires_in', 'refresh_token', 'scope', 'token_type', 'user'],
    user: { id: '1', email: 'mock-user@example.org', email_verified: true },
    ping: { ping: 'pong' },
    draft: [201, 'unsubmitted'],
    rotated: [true, true],
    draft_after_refresh: true,
    old_token: 403,
    cookie_jar: [403, 400, 'CSRF token missing or incorrect.'],
  });
});
