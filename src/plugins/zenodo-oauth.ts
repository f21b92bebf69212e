import oauth2 from '@fastify/oauth2';
import fp from 'fastify-plugin';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { createZenodoTokens, type OAuthClient, type ZenodoTokens } from '../zenodo/tokens.js';

declare module 'fastify' {
  interface FastifyInstance {
    zenodoTokens: ZenodoTokens;
  }
}

/** Maximum size of a token response in bytes. */
const MAX_ANSWER = 64 * 1024;

/**
 * Zenodo's OAuth, through @fastify/oauth2. Only the client inside the plugin is used: the plugin's
 * own flow keeps state and PKCE verifier in cookies, but our callers are servers. Zenodo accepts
 * credentials only in the form body
 * (inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py), and ignores PKCE.
 */
export const zenodoOAuth = fp(
  async (app) => {
    const { config, zenodo } = app;
    const proxy = getProxyForUrl(config.zenodoUrl);
    await app.register(oauth2, {
      name: 'oauth2Zenodo',
      callbackUri: config.zenodoUrl,
      userAgent: zenodo.userAgent,
      credentials: {
        client: { id: config.zenodoClientId, secret: config.zenodoClientSecret },
        auth: {
          tokenHost: config.zenodoUrl,
          tokenPath: '/oauth/token',
          authorizeHost: config.zenodoBrowserUrl,
          authorizePath: '/oauth/authorize',
        },
        http: {
          timeout: app.timings.tokenCall,
          maxBytes: MAX_ANSWER,
          redirects: false,
          ...(proxy === '' ? {} : { agent: new HttpsProxyAgent(proxy) }),
        },
        options: { authorizationMethod: 'body' },
      },
    });
    const { oauth2: client } = app['oauth2Zenodo'] as unknown as { oauth2: OAuthClient };
    app.decorate('zenodoTokens', createZenodoTokens(client, zenodo.observer));
  },
  { name: 'zenodo-oauth' },
);
