import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { getProxyForUrl } from 'proxy-from-env';
import { nameIn, namesOf } from './names.js';

/** A running proxy. */
interface Proxy {
  port: number;
  /** Where a connection to a port of Zenodo's names goes instead. */
  ports: Ports;
  close(): Promise<void>;
}

/** The mock behind the proxy: where it listens, its certificate (PEM) and its public URL. */
export interface Behind {
  host: string;
  port: number;
  certificate: string;
  publicUrl?: string | undefined;
}

type Ports = Map<number, [host: string, port: number]>;

/** The mock, and which names and ports lead to it. */
interface Led extends Behind {
  names: string[];
  ports: Ports;
}

/**
 * Starts an HTTP proxy on the loopback address. It leads Zenodo's names to a mock, and everything
 * else to where it would go without the proxy: directly, or through the proxy that the environment
 * of this process names. Most HTTP clients need nothing else to find the mock.
 */
export async function startProxy(behind: Behind): Promise<Proxy> {
  const mock: Led = { ...behind, names: namesOf(behind.publicUrl), ports: new Map() };
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // An unhandled error would end the process. `close` follows each error.
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((request, response) => forward(request, response, mock));
  server.on('connection', keep);
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    tunnel(request.url ?? '', client, head, mock, keep);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const direct: [string, number] = [behind.host, behind.port];
  mock.ports.set(behind.port, direct).set(443, direct).set(80, ['127.0.0.1', port]);
  if (behind.publicUrl !== undefined) {
    const { protocol, port: named } = new URL(behind.publicUrl);
    // The mock itself only speaks HTTPS. For plain HTTP, this proxy stands before it.
    if (named !== '') mock.ports.set(Number(named), protocol === 'https:' ? direct : ['127.0.0.1', port]);
  }
  return {
    port,
    ports: mock.ports,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** RFC 9110 section 9.3.6. */
function tunnel(
  target: string,
  client: Socket,
  head: Buffer,
  mock: Led,
  keep: (socket: Socket) => Socket,
): void {
  const url = URL.canParse(`https://${target}`) ? new URL(`https://${target}`) : null;
  if (url === null) {
    client.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    return;
  }
  const port = Number(url.port || 443);
  const outer = isMocked(url, mock) ? '' : getProxyForUrl(url.href);
  const upstream = keep(outer === '' ? reach(url, port, mock) : reachProxy(new URL(outer)));
  let open = false;
  upstream.once(outer.startsWith('https:') ? 'secureConnect' : 'connect', () => {
    open = true;
    if (outer === '') client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    else upstream.write(connectLines(target, new URL(outer)));
    upstream.write(head);
    client.pipe(upstream).pipe(client);
  });
  upstream.once('close', () => {
    if (open) client.destroy();
    else client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  client.once('close', () => upstream.destroy());
}

function reach(url: URL, port: number, mock: Led): Socket {
  if (!isMocked(url, mock)) return connect(port, url.hostname.replace(/^\[|\]$/g, ''));
  const [host, there] = mock.ports.get(port) ?? ['127.0.0.1', port];
  return connect(there, host);
}

function reachProxy({ protocol, hostname, port }: URL): Socket {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol !== 'https:') return connect(Number(port || 80), host);
  return connectTls({ host, port: Number(port || 443), servername: host });
}

/** The `Proxy-Authorization` of a proxy whose address has a user. */
function basicLogin({ username, password }: URL): string | null {
  if (username === '') return null;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

/** A password may have a percent sign that encodes nothing. Programs take it as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function connectLines(target: string, outer: URL): string {
  const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`];
  const login = basicLogin(outer);
  if (login !== null) lines.push(`Proxy-Authorization: ${login}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/**
 * A request that names its whole target, as for plain HTTP. Some clients do so for HTTPS too. Plain
 * HTTP to Zenodo's names is redirected to HTTPS.
 */
function forward(request: IncomingMessage, response: ServerResponse, mock: Led): void {
  const target = request.url ?? '';
  const asked = target.startsWith('/') ? `http://${request.headers.host ?? ''}${target}` : target;
  const url = URL.canParse(asked) ? new URL(asked) : null;
  // A proxy that is called by its own name would call itself endlessly.
  if (url === null || !/^https?:$/.test(url.protocol) || (target.startsWith('/') && !isMocked(url, mock))) {
    response.writeHead(400).end('This is the proxy of a mock Zenodo.\n');
    return;
  }
  const isPublic = url.origin === mock.publicUrl;
  if (isMocked(url, mock) && url.protocol === 'http:' && url.port === '' && !isPublic) {
    url.protocol = 'https:';
    response.writeHead(301, { location: url.href }).end();
    return;
  }
  const { 'proxy-connection': _, 'proxy-authorization': __, ...headers } = request.headers;
  const options = { method: request.method, headers: { ...headers, host: url.host } };
  const outgoing = send(url, options, mock);
  outgoing.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    // Unlike `pipe`, this ends the response if the answer breaks off.
    pipeline(answer, response, () => {});
  });
  outgoing.once('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  response.once('close', () => outgoing.destroy());
  request.pipe(outgoing);
}

function send(
  url: URL,
  options: { method: string | undefined; headers: IncomingMessage['headers'] },
  mock: Led,
) {
  if (isMocked(url, mock)) {
    const isPublic = url.origin === mock.publicUrl;
    const asked = Number(url.port || 443);
    // At the port of a public URL in plain HTTP stands this proxy, even if the mock has the same.
    const [host, port] = isPublic ? [mock.host, mock.port] : (mock.ports.get(asked) ?? ['127.0.0.1', asked]);
    const own = { ...options, host, port, path: `${url.pathname}${url.search}` };
    if (url.protocol === 'http:' && !isPublic) return httpRequest(own);
    return httpsRequest({ ...own, servername: nameIn(url.hostname), ca: mock.certificate, agent: false });
  }
  const outer = getProxyForUrl(url.href);
  if (outer === '' || url.protocol === 'https:')
    return (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options);
  const proxy = new URL(outer);
  const { hostname: host, port } = proxy;
  const login = basicLogin(proxy);
  return httpRequest({
    host,
    port: port || 80,
    method: options.method,
    path: url.href,
    headers: { ...options.headers, ...(login !== null && { 'proxy-authorization': login }) },
  });
}

function isMocked({ hostname }: URL, { names }: Led): boolean {
  return names.includes(nameIn(hostname));
}
