import multipart from '@fastify/multipart';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { UPLOAD_LINK_PREFIX } from '../../connections/access-tokens.js';
import { Problem, problem } from '../../errors.js';
import { LINK_FIELD, plainAnswer } from '../../page/plain-form.js';
import { answerShell, PAGE_HEADERS } from '../../page/shell.js';
import { wayBack } from '../../upload-links/finish.js';
import type { LinkHolder } from '../../upload-links/upload-links.js';
import { FORM_LIMITS, type FormCaller, receiveForm } from '../../uploads/intake/receive-form.js';
import { noToken } from '../../uploads/intake/upload-request.js';
import type { UploadWorker } from '../../uploads/queue/worker.js';
import { toUpload, viewerOf } from '../../uploads/view.js';
import { type Language, languageOf, userMessage } from '../../user-messages/user-message.js';
import { contentLengthOf } from '../files/answer-upload.js';

/** The secret, alone or in the URL of the page. */
const SECRET = new RegExp(`${UPLOAD_LINK_PREFIX}[A-Za-z0-9_-]{43}`);

/**
 * The form of the upload page for browsers without JavaScript. The secret is in the first field of
 * the body, never in a URL, and is checked before any file is accepted. Returns a page.
 */
export const plainFormRoute: FastifyPluginAsync = async (app) => {
  await app.register(multipart, { limits: FORM_LIMITS });
  const path = app.config.publicUrl === undefined ? '' : new URL(app.config.publicUrl).pathname;
  const base = path.replace(/\/$/, '');

  app.post('/upload', { schema: { hide: true } }, async (request, reply) => {
    const arrival = {
      depositionId: 0,
      requestId: request.id,
      contentLength: contentLengthOf(request),
      maxUnauthenticated: 0,
    };
    let holder: LinkHolder | null = null;
    const sender: FormCaller = {
      field: LINK_FIELD,
      byHead: () => Promise.resolve(null),
      async byField(value) {
        holder ??= await request.linkHolderBy(SECRET.exec(value)?.[0] ?? null);
        app.uploadLinks.require(holder.link, 'begin');
        arrival.depositionId = holder.caller.uploadLink.depositionId;
        return holder.caller;
      },
      options() {
        if (holder === null) throw noToken();
        const { folders, sync } = holder.caller.uploadLink;
        return { archive: folders, sync, folders: null };
      },
    };
    let worker: UploadWorker | null = null;
    let fault: Problem | null = null;
    try {
      if (!request.isMultipart()) throw problem('no_files', 'Send the form of the upload page.');
      worker = await receiveForm(request, sender, app.uploads.receive(arrival));
      const brought = worker;
      reply.raw.once('close', () => brought.detach());
      fault = (await app.uploads.wait(worker, app.config.syncWaitSeconds * 1000))?.problem ?? null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      fault = app.failureLimits.judge(request, error);
      request.log.info({ code: fault.code }, fault.detail);
    }
    const known = holder as LinkHolder | null;
    const language = languageFor(request, known);
    const upload =
      worker === null
        ? null
        : toUpload(await app.uploads.read(worker.id, worker.caller), { ...viewerOf(request), language });
    const inside = plainAnswer(language, {
      upload,
      fault: fault === null ? null : userMessage(fault.code, language),
      application: known?.link.applicationName ?? null,
      back: known === null ? null : wayBack(known.link, upload?.upload_id ?? null, upload?.state ?? 'none'),
    });
    return reply
      .code(fault?.status ?? 200)
      .headers({ ...PAGE_HEADERS, 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(answerShell(language, base, inside));
  });
};

/** The language of the link, else that of the browser. */
function languageFor(request: FastifyRequest, holder: LinkHolder | null): Language {
  const locale = holder?.link.locale?.slice(0, 2).toLowerCase();
  return locale === undefined ? languageOf(request) : locale === 'de' ? 'de' : 'en';
}
