import oauth2, { type OAuth2Namespace } from '@fastify/oauth2';
import fp from 'fastify-plugin';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { createZenodoTokens, type OAuthClient, type ZenodoTokens } from '../zenodo/tokens.js';

declare module 'fastify' {
  interface FastifyInstance {
    zenodoTokens: ZenodoTokens;
    /** What the plugin decorates. Its own types leave out the client. */
    oauth2Zenodo: OAuth2Namespace & { oauth2: OAuthClient };
  }
}

/** Maximum size of a token response in bytes. */
const MAX_ANSWER = 64 * 1024;

/**
 * Zenodo's OAuth, through the client inside @fastify/oauth2
 * (docs/adr/0014-oauth2-plugin-and-its-client.md). Zenodo accepts credentials only in the form body
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
    app.decorate('zenodoTokens', createZenodoTokens(app.oauth2Zenodo.oauth2, zenodo.observer));
  },
  { name: 'zenodo-oauth' },
);
