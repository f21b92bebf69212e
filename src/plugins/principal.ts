import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { hashOf } from '../connections/access-tokens.js';
import type { Caller } from '../connections/caller.js';
import { problem } from '../errors.js';
import { noteSubject } from '../log-subject.js';
import type { LinkPurpose } from '../upload-links/link-state.js';
import { uploadLinkSecretOf } from '../upload-links/secret.js';
import { invalidLink, type LinkHolder } from '../upload-links/upload-links.js';
import { accessTokenOf, depositionIdOf } from './access-token.js';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The caller, by an access token or by an upload link that permits `use` and belongs to the
     * deposition in the path. Throws what `caller` throws, invalid_upload_link, upload_link_ended
     * or not_your_deposition.
     */
    principal(use?: LinkPurpose): Promise<Caller>;
    /**
     * The holder of an upload link, which may have ended. Throws missing_token or
     * invalid_upload_link.
     */
    linkHolder(): Promise<LinkHolder>;
    /** The holder of the link with this secret. Throws invalid_upload_link. */
    linkHolderBy(secret: string | null): Promise<LinkHolder>;
  }
  interface FastifyContextConfig {
    /** The route accepts upload links: a browser that has one needs no API key. */
    uploadLinks?: true;
  }
}

/** Finds the caller of routes that a browser with an upload link may call too. */
export const principal = fp(
  async (app) => {
    app.decorateRequest('linkHolder', async function linkHolder(this: FastifyRequest) {
      const token = accessTokenOf(this);
      if (token === null) {
        throw problem('missing_token', 'Send the secret of the upload link as Authorization: Bearer.');
      }
      return this.linkHolderBy(uploadLinkSecretOf(this));
    });
    app.decorateRequest('linkHolderBy', async function by(this: FastifyRequest, secret: string | null) {
      if (secret === null) throw invalidLink();
      const holder = await app.uploadLinks.holder(secret);
      const { id, connectionId, depositionId, containerId } = holder.link;
      noteSubject({
        upload_link_id: id,
        connection_id: connectionId,
        deposition_id: Number(depositionId),
        container_id: containerId,
      });
      this.knownToken = hashOf(secret);
      this.countFor(holder.caller.owner);
      return holder;
    });
    app.decorateRequest('principal', async function principal(this: FastifyRequest, use = 'begin') {
      const isMeantHere = this.routeOptions.config.uploadLinks === true;
      if (!isMeantHere || uploadLinkSecretOf(this) === null) return this.caller();
      const { caller, link } = await this.linkHolder();
      app.uploadLinks.require(link, use);
      const depositionId = depositionIdOf(this);
      if (depositionId !== undefined && depositionId !== caller.uploadLink.depositionId) {
        throw problem('not_your_deposition', 'This upload link is for another deposition.');
      }
      return caller;
    });
  },
  { name: 'principal', dependencies: ['access-token', 'upload-links'] },
);
