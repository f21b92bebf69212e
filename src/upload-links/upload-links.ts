import type { FastifyBaseLogger } from 'fastify';
import { hashOf } from '../connections/access-tokens.js';
import { checkCallbackUrl } from '../connections/callback-urls.js';
import {
  type Caller,
  type ConnectedCaller,
  connectedCaller,
  type UploadLinkGrant,
} from '../connections/caller.js';
import type { UploadLink } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { problem } from '../errors.js';
import { daysBefore, KEPT_DAYS, LIFETIMES } from '../lifetimes.js';
import type { CreateUploadLinkBody } from '../schemas/upload-links.js';
import { hasUnseen } from '../uploads/plan/file-names.js';
import { endUploadLinks } from './end-links.js';
import { type LinkPurpose, linkEnded, permits } from './link-state.js';
import { UPLOAD_LINK_PREFIX } from './secret.js';

/** Live links that one user may have for one deposition, and uploads that a link shows. */
const MAX = 100;

/** A caller with the secret of a link, and the link. */
export interface LinkHolder {
  caller: ConnectedCaller & { uploadLink: UploadLinkGrant };
  link: UploadLink;
}

export type UploadLinks = ReturnType<typeof createUploadLinks>;

/** Upload links: the application creates, lists and ends them, and a browser uses them. */
export function createUploadLinks(parts: {
  database: Database;
  allowedCallbackUrls: string[] | 'loopback';
  /** Throws if files cannot be brought to a deposition. */
  requireDraft(caller: Caller, depositionId: number): Promise<void>;
  now(): number;
  randomBytes(size: number): Buffer;
  log: FastifyBaseLogger;
}) {
  const { database, allowedCallbackUrls, requireDraft, now, randomBytes, log } = parts;

  /** Throws upload_link_not_found, also for another user's link. */
  const find = async (caller: Caller, depositionId: number, id: string): Promise<UploadLink> => {
    const connectionId = connectedOf(caller).connectionId;
    const link = await database.uploadLink.findFirst({ where: { id, connectionId, depositionId } });
    if (link !== null) return link;
    throw problem(
      'upload_link_not_found',
      'This deposition has no such upload link. List them with GET /depositions/{id}/upload-links.',
    );
  };

  return {
    find,

    /**
     * Creates a link. Its secret is only returned here. Throws connection_required for a personal
     * token, callback_url_not_allowed, already_published, or what Zenodo's answer means.
     */
    async create(
      caller: Caller,
      depositionId: number,
      options: CreateUploadLinkBody,
    ): Promise<{ link: UploadLink; secret: string }> {
      const { connectionId, accessToken } = connectedOf(caller);
      checkCallbackUrl(options.return_url, allowedCallbackUrls, 'return_url');
      checkApplicationName(options.application_name);
      await requireDraft(caller, depositionId);
      const live = { connectionId, depositionId, endedAt: null, expiresAt: { gt: new Date(now()) } };
      if ((await database.uploadLink.count({ where: live })) >= MAX) throw tooMany();
      const secret = UPLOAD_LINK_PREFIX + randomBytes(32).toString('base64url');
      const link = await database.uploadLink.create({
        data: {
          secretHash: hashOf(secret),
          connectionId,
          depositionId,
          containerId: await containerOf(caller, depositionId, accessToken?.containerId ?? null),
          returnUrl: options.return_url,
          applicationName: options.application_name?.trim() || null,
          maxBytes: options.max_bytes ?? null,
          maxFiles: options.max_files ?? null,
          folders: options.folders ?? 'zip',
          sync: options.sync ?? false,
          locale: options.locale ?? null,
          createdAt: new Date(now()),
          expiresAt: new Date(now() + (options.expires_in ?? LIFETIMES.uploadLink) * 1000),
        },
      });
      log.info({ audit: 'upload_link_made', upload_link_id: link.id }, 'an upload link was created');
      return { link, secret };
    },

    /** The links of this user to a deposition, newest first. */
    list(caller: Caller, depositionId: number): Promise<UploadLink[]> {
      const { connectionId } = connectedOf(caller);
      const where = { connectionId, depositionId };
      return database.uploadLink.findMany({ where, orderBy: { createdAt: 'desc' }, take: MAX });
    },

    /**
     * Ends a link on behalf of the application. Repeating changes nothing. Throws
     * upload_link_not_found.
     */
    async revoke(caller: Caller, depositionId: number, id: string): Promise<void> {
      await find(caller, depositionId, id);
      await this.end(id, 'revoked');
    },

    /** Ends one link for a reason. */
    async end(id: string, reason: 'finished' | 'revoked' | 'published' | 'deleted'): Promise<void> {
      const count = await endUploadLinks(database, { id }, reason, new Date(now()));
      if (count > 0)
        log.info({ audit: 'upload_link_ended', upload_link_id: id, reason }, 'an upload link was ended');
    },

    /** The link with this secret, ended or not. Throws invalid_upload_link. */
    async holder(secret: string): Promise<LinkHolder> {
      const found = await database.uploadLink.findUnique({
        where: { secretHash: hashOf(secret) },
        include: { connection: { select: { zenodoUserId: true } } },
      });
      if (found === null) throw invalidLink();
      const { connection, ...link } = found;
      const { connectionId } = link;
      return {
        link,
        caller: {
          ...connectedCaller({ connectionId, zenodoUserId: connection.zenodoUserId }),
          uploadLink: grantOf(link, permits(link, 'begin', now())),
        },
      };
    },

    /** Throws upload_link_ended unless the link permits this. */
    require(link: UploadLink, use: LinkPurpose): void {
      if (!permits(link, use, now())) throw linkEnded(link);
    },

    /** Ids of a link's most recent uploads, oldest first. */
    async uploadsOf(uploadLinkId: string): Promise<string[]> {
      const where = { uploadLinkId };
      const orderBy = { createdAt: 'desc' } as const;
      const uploads = await database.upload.findMany({ where, orderBy, take: MAX, select: { id: true } });
      return uploads.map(({ id }) => id).toReversed();
    },

    /** Deletes links that ended long ago. */
    async sweep(): Promise<Record<string, number>> {
      const before = { lt: daysBefore(now(), KEPT_DAYS.uploadLinks) };
      const where = { OR: [{ expiresAt: before }, { endedAt: before }] };
      const { count } = await database.uploadLink.deleteMany({ where });
      return { links: count };
    },
  };

  /** The container of the deposition, else that of the caller's access token. */
  async function containerOf(caller: Caller, depositionId: number, otherwise: string | null) {
    const where = { owner_depositionId: { owner: caller.owner, depositionId } };
    const draft = await database.draft.findUnique({ where, select: { containerId: true } });
    return draft?.containerId ?? otherwise;
  }
}

/** The problem for a secret that was never issued, or was deleted. */
export function invalidLink() {
  return problem(
    'invalid_upload_link',
    'This upload link is not valid: it was copied incompletely, or ended long ago. Ask the application for a new one.',
  );
}

function grantOf(link: UploadLink, mayBegin: boolean): UploadLinkGrant {
  return {
    id: link.id,
    depositionId: Number(link.depositionId),
    containerId: link.containerId,
    returnUrl: link.returnUrl,
    mayBegin,
    maxBytes: link.maxBytes === null ? null : Number(link.maxBytes),
    maxFiles: link.maxFiles,
    folders: link.folders === 'never' ? 'never' : 'zip',
    sync: link.sync,
  };
}

function connectedOf(caller: Caller): ConnectedCaller {
  if (caller.kind === 'connection') return caller;
  throw problem(
    'connection_required',
    'An upload link needs a connection, and this service does not store personal tokens. Authorize the user at /oauth/authorize.',
  );
}

/** The name appears in a sentence of the page. */
function checkApplicationName(name: string | undefined): void {
  if (name === undefined || !hasUnseen(name)) return;
  throw problem('invalid_request', 'application_name contains invisible characters. Remove them.', {
    errors: [{ field: 'application_name', message: 'contains invisible characters' }],
  });
}

function tooMany() {
  return problem(
    'too_many_requests',
    `This deposition has ${MAX} active upload links. End some of them first.`,
    {
      retry_after: 60,
    },
  );
}
