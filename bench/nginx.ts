import { access, constants, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The program, from the path or from where Debian puts it. Null if it is not installed. */
export async function findNginx(): Promise<string | null> {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders.filter((one) => one !== '')) {
    const path = join(folder, 'nginx');
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return null;
}

/**
 * Writes a configuration in which nginx passes everything on to `upstream`, with or without
 * buffering bodies on the disk.
 */
export async function nginxConfiguration(
  home: string,
  upstream: string,
  buffering: boolean,
): Promise<{ args: string[]; url: string }> {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const text = `${user}
    daemon off; master_process off; pid ${home}/pid; error_log stderr notice;
    events { worker_connections 256; }
    http {
      access_log off; client_max_body_size 0; proxy_http_version 1.1;
      client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy; fastcgi_temp_path ${home}/fastcgi;
      uwsgi_temp_path ${home}/uwsgi; scgi_temp_path ${home}/scgi;
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass ${upstream};
          proxy_set_header Connection "";
          proxy_request_buffering ${buffering ? 'on' : 'off'};
          proxy_read_timeout 600s; proxy_send_timeout 600s;
        }
      }
    }`;
  const file = join(home, 'nginx.conf');
  await writeFile(file, text);
  return { args: ['-p', home, '-e', 'stderr', '-c', file], url: `http://127.0.0.1:${port}` };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
