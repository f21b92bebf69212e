import multipart from '@fastify/multipart';
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { type Problem, problem } from '../../errors.js';
import { LINK_FIELD, type PlainOutcome, plainAnswer } from '../../page/plain-form.js';
import { answerShell, PAGE_HEADERS } from '../../page/shell.js';
import { linkLanguage } from '../../page/texts/texts.js';
import { logFault, toProblem } from '../../plugins/error-handler.js';
import { returnUrlOf } from '../../upload-links/return-url.js';
import { UPLOAD_LINK_PREFIX } from '../../upload-links/secret.js';
import type { LinkHolder } from '../../upload-links/upload-links.js';
import { FORM_LIMITS, type FormCaller, receiveForm } from '../../uploads/intake/receive-form.js';
import { noToken } from '../../uploads/intake/upload-request.js';
import { toUpload, viewerOf } from '../../uploads/view.js';
import type { UploadWorker } from '../../uploads/worker/worker.js';
import { type Language, languageOf, userMessage } from '../../user-messages/user-message.js';
import { contentLengthOf } from '../files/answer-upload.js';

/** The secret, alone or in the URL of the page. */
const SECRET = new RegExp(`${UPLOAD_LINK_PREFIX}[A-Za-z0-9_-]{43}`);

/**
 * The form of the upload page for browsers without JavaScript. The secret is in the first field of
 * the body, never in a URL, and is checked before any file is accepted. Returns a page, also for an
 * error: its reader is a person.
 */
export const plainFormRoute: FastifyPluginAsync = async (app) => {
  await app.register(multipart, { limits: FORM_LIMITS });
  const path = app.config.publicUrl === undefined ? '' : new URL(app.config.publicUrl).pathname;
  const base = path.replace(/\/$/, '');

  const judged = (request: FastifyRequest, error: unknown): Problem => {
    const fault = app.failureLimits.count(request, toProblem(error as FastifyError, request));
    logFault(request, fault, error);
    app.noteRefusal(request, fault);
    return fault;
  };
  const answer = (
    reply: FastifyReply,
    language: Language,
    fault: Problem | null,
    outcome: Omit<PlainOutcome, 'fault' | 'named'>,
  ) => {
    const retryAfter = fault?.members.retry_after;
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    const said = fault === null ? null : userMessage(fault.code, language);
    const named = (fault?.members.errors ?? []).flatMap(({ file }) => file ?? []);
    const { title, inside } = plainAnswer(language, { ...outcome, fault: said, named });
    return reply
      .code(fault?.status ?? 200)
      .headers({ ...PAGE_HEADERS, 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(answerShell(language, base, { title, application: outcome.application, inside }));
  };

  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const nothing = { upload: null, linkMissing: false, application: null, back: null };
    return answer(reply, languageOf(request), judged(request, error), nothing);
  });

  app.post('/upload', { config: { bringsFiles: true }, schema: { hide: true } }, async (request, reply) => {
    const uploadRequest = {
      depositionId: 0,
      requestId: request.id,
      contentLength: contentLengthOf(request),
      maxUnauthenticated: 0,
    };
    let holder: LinkHolder | null = null;
    let linkMissing = false;
    const sender: FormCaller = {
      field: LINK_FIELD,
      byHead: () => Promise.resolve(null),
      async byField(value) {
        const secret = SECRET.exec(value)?.[0] ?? null;
        linkMissing = secret === null;
        holder ??= await request.linkHolderBy(secret);
        app.uploadLinks.require(holder.link, 'begin');
        uploadRequest.depositionId = holder.caller.uploadLink.depositionId;
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
      worker = await receiveForm(request, sender, app.uploads.receive(uploadRequest));
      const outcome = await app.uploads.wait(worker, app.config.syncWaitSeconds * 1000, request.gone);
      fault = outcome?.problem ?? null;
    } catch (error) {
      fault = judged(request, error);
    }
    const known = holder as LinkHolder | null;
    const language = linkLanguage(known?.link.locale, languageOf(request));
    const upload =
      worker === null
        ? null
        : toUpload(await app.uploads.read(worker.id, worker.caller), { ...viewerOf(request), language });
    return answer(reply, language, fault, {
      upload,
      linkMissing,
      application: known?.link.applicationName ?? null,
      back:
        known === null ? null : returnUrlOf(known.link, upload?.upload_id ?? null, upload?.state ?? 'none'),
    });
  });
};
