import { getProxyForUrl } from 'proxy-from-env';
import type { Config } from '../../config.js';
import { Problem } from '../../errors.js';
import { VERSION } from '../../version.js';
import { createZenodoClient } from '../../zenodo/client.js';
import { zenodoPath } from '../../zenodo/paths.js';
import { bad, compareClocks, type Finding, good } from './finding.js';

/** Milliseconds. */
const TIME_OUT = 20_000;

/**
 * Whether Zenodo is reachable as the service would reach it, through its proxy if there is one, and
 * has the same time.
 */
export async function checkZenodo({ zenodoUrl, operatorContact }: Config): Promise<Finding[]> {
  const observer = { requestId: () => undefined, ended: () => undefined };
  const client = createZenodoClient({ zenodoUrl, operatorContact }, VERSION, observer);
  const way = wayTo(zenodoUrl);
  try {
    // Zenodo's API refuses a call without a token. That is enough.
    const path = zenodoPath('api', 'deposit', 'depositions');
    const asked = performance.now();
    const { status, json, headers } = await client.send({ method: 'GET', path }, { timeout: TIME_OUT });
    const took = performance.now() - asked;
    if (status >= 500)
      return [
        bad(
          'Zenodo',
          `${zenodoUrl}${way} responds with ${status}`,
          'Wait, and see the status page of Zenodo. You cannot fix this here.',
        ),
      ];
    if (json === undefined)
      return [
        bad(
          'Zenodo',
          `the server at ${zenodoUrl}${way} is not Zenodo’s API (status ${status})`,
          'Check ZENODO_URL, and whether a proxy changes requests.',
        ),
      ];
    const date = Date.parse(String(headers['date']));
    return [
      good('Zenodo', `${zenodoUrl}${way} responds after ${Math.round(took)} ms`),
      ...(Number.isNaN(date) ? [] : [compareClocks('Zenodo', date, took / 1000 + 1)]),
    ];
  } catch (error) {
    return [bad('Zenodo', `${zenodoUrl}${way}: ${wordsOf(error)}`, adviceOn(codeOf(error)))];
  } finally {
    await client.close();
  }
}

/** Names the proxy, without its password. */
function wayTo(zenodoUrl: string): string {
  const proxy = getProxyForUrl(zenodoUrl);
  return proxy === '' ? '' : ` through the proxy ${new URL(proxy).host}`;
}

function causeOf(error: unknown): Error & { code?: string } {
  return (error instanceof Problem && error.cause instanceof Error ? error.cause : error) as Error & {
    code?: string;
  };
}

function codeOf(error: unknown): string {
  return causeOf(error).code ?? causeOf(error).name;
}

function wordsOf(error: unknown): string {
  const { message, code } = causeOf(error);
  return message || code || 'no connection';
}

function adviceOn(code: string): string {
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code))
    return 'Its name cannot be resolved. Check ZENODO_URL and DNS, or set HTTPS_PROXY if this machine needs a proxy.';
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/.test(code))
    return 'TLS fails. Check the clock of this machine. If a proxy intercepts TLS, set NODE_EXTRA_CA_CERTS to its certificate.';
  if (/TIMEOUT|Timeout/.test(code))
    return 'There is no response. A firewall may drop the packets, or HTTPS_PROXY is missing or wrong.';
  return 'Check that no firewall blocks this machine, or set HTTPS_PROXY (and NO_PROXY) if it needs a proxy. If others cannot reach Zenodo either, wait.';
}
