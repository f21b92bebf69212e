import Fastify from 'fastify';
import type { Config } from '../../config.js';
import { zenodoOAuth } from '../../plugins/zenodo-oauth.js';
import { TIMINGS } from '../../time-outs.js';
import { VERSION } from '../../version.js';
import { createZenodoClient } from '../../zenodo/client.js';
import { TokenFailure } from '../../zenodo/token-failure.js';
import { bad, type Finding, good } from './finding.js';

/**
 * A code that Zenodo never issued. Which part of the request Zenodo refuses tells whether it knows
 * the client.
 */
const BOGUS = 'doctor-asks-with-a-code-that-never-was';

/** Whether Zenodo knows the client id and accepts the secret, asked as the service would. */
export async function checkClient(config: Config): Promise<Finding[]> {
  const app = Fastify();
  const observer = { requestId: () => undefined, ended: () => undefined };
  const zenodo = createZenodoClient(config, VERSION, observer);
  app.decorate('config', config);
  app.decorate('zenodo', zenodo);
  app.decorate('timings', TIMINGS);
  const callback =
    config.allowedCallbackUrls === 'loopback' ? 'http://127.0.0.1/' : config.allowedCallbackUrls[0];
  try {
    await app.register(zenodoOAuth);
    await app.zenodoTokens.exchange(BOGUS, callback ?? '');
    return [
      bad('client', 'Zenodo returned a token for an invalid code', 'Check ZENODO_URL: this is not Zenodo.'),
    ];
  } catch (error) {
    if (!(error instanceof TokenFailure)) throw error;
    return [judge(error, config)];
  } finally {
    await Promise.all([app.close(), zenodo.close()]);
  }
}

/**
 * Zenodo checks id and secret before the code. It answers an unknown id with a page
 * (inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py).
 */
function judge({ grant, problem }: TokenFailure, { zenodoUrl }: Config): Finding {
  if (grant === 'rejected') return good('client', 'Zenodo accepts ZENODO_CLIENT_ID and ZENODO_CLIENT_SECRET');
  const { status, message = '' } = problem.members.zenodo ?? {};
  if (problem.code === 'service_misconfigured' && message === 'invalid_client') {
    return bad(
      'client',
      'Zenodo knows ZENODO_CLIENT_ID, but does not accept ZENODO_CLIENT_SECRET',
      `Copy the client secret again from ${zenodoUrl}/account/settings/applications/, where you can also renew it.`,
    );
  }
  if (problem.code === 'service_misconfigured' && status === 404) {
    return bad(
      'client',
      'Zenodo does not know ZENODO_CLIENT_ID',
      `Copy the client id from ${zenodoUrl}/account/settings/applications/: the sandbox and zenodo.org each have their own.`,
    );
  }
  if (problem.code === 'service_misconfigured') {
    return bad(
      'client',
      `Zenodo refuses this client: ${message}`,
      'Create an OAuth application of the type confidential.',
    );
  }
  return bad(
    'client',
    `unknown: ${problem.detail}`,
    'If the check of Zenodo failed, fix that first. Check ZENODO_URL, then run the doctor again.',
  );
}
