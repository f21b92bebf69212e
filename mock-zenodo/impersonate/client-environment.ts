import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { nameIn, namesOf } from './names.js';
import { type Behind, startProxy } from './proxy.js';
import { javaTruststore, TRUSTSTORE_PASSWORD } from './truststore.js';

/** Environment variables that lead a child process to the mock instead of Zenodo. */
export interface ClientEnvironment {
  variables: Record<string, string>;
  /** Stops the proxy and removes the files that the variables name. */
  close(): Promise<void>;
}

type Environment = Record<string, string | undefined>;

/** Where systems store the certificates that they trust. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];
const BUNDLE_VARIABLES = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'];
const SHIMS = ['sitecustomize.py', 'connect.cjs'];

/**
 * Starts a proxy for Zenodo's names, writes what clients must trust, and names both in variables.
 * Existing trust and settings are kept, so other hosts are reached as before. Only child processes
 * that get the variables are affected.
 */
export async function createClientEnvironment(mock: Behind, before: Environment): Promise<ClientEnvironment> {
  const folder = await mkdtemp(join(tmpdir(), 'mock-zenodo-client-'));
  const proxy = await startProxy(mock);
  const close = async () => {
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const file = (name: string) => join(folder, name);
    const trusted = await certificatesTrusted(mock.certificate, before);
    await writeFile(file('trusted.pem'), trusted.join('\n'));
    await writeFile(file('trusted.jks'), javaTruststore(trusted));
    const extra = await textOf(before['NODE_EXTRA_CA_CERTS']);
    await writeFile(file('zenodo.pem'), mock.certificate);
    await writeFile(file('extra.pem'), `${mock.certificate}\n${extra}`);
    for (const name of SHIMS) {
      await writeFile(file(name), await readFile(new URL(`./shims/${name}`, import.meta.url)));
    }
    const java = {
      'javax.net.ssl.trustStore': file('trusted.jks'),
      'javax.net.ssl.trustStorePassword': TRUSTSTORE_PASSWORD,
      'javax.net.ssl.trustStoreType': 'JKS',
      'https.proxyHost': '127.0.0.1',
      'https.proxyPort': proxy.port,
      'http.proxyHost': '127.0.0.1',
      'http.proxyPort': proxy.port,
    };
    const address = `http://127.0.0.1:${proxy.port}`;
    const names = namesOf(mock.publicUrl);
    const direct = directHosts(before['NO_PROXY'] ?? before['no_proxy'] ?? '', names);
    return {
      variables: {
        MOCK_ZENODO_HOSTS: names.join(),
        MOCK_ZENODO_PORTS: JSON.stringify(Object.fromEntries(proxy.ports)),
        MOCK_ZENODO_TRUSTED: file('zenodo.pem'),
        HTTPS_PROXY: address,
        https_proxy: address,
        HTTP_PROXY: address,
        http_proxy: address,
        NO_PROXY: direct,
        no_proxy: direct,
        ...Object.fromEntries(BUNDLE_VARIABLES.map((name) => [name, file('trusted.pem')])),
        NODE_EXTRA_CA_CERTS: file('extra.pem'),
        NODE_OPTIONS: joined(' ', before['NODE_OPTIONS'], `--require ${JSON.stringify(file('connect.cjs'))}`),
        PYTHONPATH: joined(delimiter, folder, before['PYTHONPATH']),
        JAVA_TOOL_OPTIONS: joined(
          ' ',
          before['JAVA_TOOL_OPTIONS'],
          ...Object.entries(java).map(([name, value]) => `-D${name}=${value}`),
        ),
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The mock's certificate, and all that the client trusts without it, each once. */
async function certificatesTrusted(certificate: string, before: Environment): Promise<string[]> {
  const texts = [certificate, rootCertificates.join('\n'), await systemBundle()];
  for (const name of BUNDLE_VARIABLES) texts.push(await textOf(before[name]));
  const found = texts.join('\n').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return [...new Set(found.map((pem) => pem.replaceAll('\r', '')))];
}

async function systemBundle(): Promise<string> {
  for (const path of SYSTEM_BUNDLES) {
    const there = await access(path).then(
      () => true,
      () => false,
    );
    if (there) return textOf(path);
  }
  return '';
}

/** The content of a file, or nothing if it cannot be read: then clients do not trust it either. */
async function textOf(path: string | undefined): Promise<string> {
  return path === undefined || path === '' ? '' : readFile(path, 'utf8').catch(() => '');
}

/**
 * Hosts that need no proxy: this machine, and those that were set before, except for entries that
 * would bypass the mock.
 */
function directHosts(before: string, names: string[]): string {
  const kept = before
    .split(/[\s,]+/)
    .filter((entry) => entry !== '' && entry !== '*' && !names.some((name) => isCovered(name, entry)));
  return [...new Set(['localhost', '127.0.0.1', '::1', ...kept])].join();
}

function isCovered(name: string, entry: string): boolean {
  const suffix = nameIn(entry).replace(/^\*?\.?/, '');
  return suffix !== '' && (name === suffix || name.endsWith(`.${suffix}`));
}

function joined(separator: string, ...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(separator);
}
