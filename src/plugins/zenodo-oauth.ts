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

/** Bytes of a token answer. */
const MAX_ANSWER = 64 * 1024;

/**
 * Zenodo's OAuth, through @fastify/oauth2. Of the plugin only the client it wraps is used: its own
 * flow keeps state and PKCE verifier in cookies of its callers, and our callers are servers. Zenodo
 * reads credentials from the form body alone
 * (inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py) and ignores PKCE.
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
