import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';
import {
  ConcurrentQuerySchema,
  ConcurrentSchema,
  FinishedSchema,
  PageLinkSchema,
  PlanBodySchema,
  PlanSchema,
} from '../../schemas/upload-links.js';
import { UploadParamsSchema } from '../../schemas/uploads.js';
import { concurrentUploads } from '../../upload-links/concurrent.js';
import { takeOver } from '../../upload-links/earlier.js';
import { finish } from '../../upload-links/finish.js';
import { toPageLink } from '../../upload-links/page-link.js';
import { planForLink } from '../../upload-links/plan.js';
import { viewerOf } from '../../uploads/view.js';

/**
 * Enough for 20,000 paths of 180 characters. Bytes. It is parsed in the event loop, which must not
 * be held for longer.
 */
const MAX_PLAN = 4 * 1024 * 1024;

/** What every call of the page needs: the secret of the link, and no service key. */
const FOR_PAGE = { config: { uploadLinks: true } } as const;
const SECURITY = [{ uploadLink: [] }];

/** The browser's side of upload links. */
export const pageCallRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/upload-link',
    {
      ...FOR_PAGE,
      schema: {
        operationId: 'readUploadLink',
        tags: ['Upload links'],
        summary: 'Read what the upload page shows',
        description:
          'By the secret of the link. Of the draft it tells names and sizes of files and nothing else. A link that is over answers too, and says why.',
        security: SECURITY,
        response: withProblems({ 200: PageLinkSchema }, 'invalid_upload_link'),
      },
    },
    async (request) => toPageLink(app, await request.linkHolder(), viewerOf(request)),
  );

  app.post(
    '/upload-link/plan',
    {
      ...FOR_PAGE,
      bodyLimit: MAX_PLAN,
      schema: {
        operationId: 'planUpload',
        tags: ['Upload links'],
        summary: 'Preview what will be at Zenodo',
        description:
          'Before anything is sent: which folder becomes which zip, what is left out, replaced or refused and why. Nothing is kept of it. The list may have 20,000 files and 4 MiB, their paths 3 MiB together.',
        security: SECURITY,
        body: PlanBodySchema,
        response: withProblems({ 200: PlanSchema }, ...ZENODO_PROBLEMS, 'reauthorization_required'),
      },
    },
    async (request) => {
      const holder = await request.linkHolder();
      app.uploadLinks.require(holder.link, 'begin');
      return planForLink(app, holder, request.body, viewerOf(request));
    },
  );

  app.get(
    '/upload-link/concurrent',
    {
      ...FOR_PAGE,
      schema: {
        operationId: 'countConcurrentUploads',
        tags: ['Upload links'],
        summary: 'Count the other uploads to the draft',
        description:
          'By other links, other browsers or the application, at this moment: how much, and neither names nor who.',
        security: SECURITY,
        querystring: ConcurrentQuerySchema,
        response: withProblems({ 200: ConcurrentSchema }),
      },
    },
    async (request) => {
      const holder = await request.linkHolder();
      app.uploadLinks.require(holder.link, 'look');
      return concurrentUploads(app, holder, request.query.upload_id ?? null);
    },
  );

  app.post(
    '/upload-link/uploads/:uploadId',
    {
      ...FOR_PAGE,
      schema: {
        operationId: 'takeOverUpload',
        tags: ['Upload links'],
        summary: 'Continue an upload that an earlier link began',
        description:
          'One of `earlier_uploads`: from now on it belongs to this link, and its files go on where they stopped. Refused while bytes of it are arriving.',
        security: SECURITY,
        params: UploadParamsSchema,
        response: withProblems({ 200: PageLinkSchema }, 'upload_not_found', 'upload_unfinished'),
      },
    },
    async (request) => {
      const holder = await request.linkHolder();
      app.uploadLinks.require(holder.link, 'begin');
      await takeOver(app, holder, request.params.uploadId);
      return toPageLink(app, holder, viewerOf(request));
    },
  );

  app.post(
    '/upload-link/finish',
    {
      ...FOR_PAGE,
      schema: {
        operationId: 'finishUploadLink',
        tags: ['Upload links'],
        summary: 'Go back to the application',
        description:
          'The user says that they are done: the link takes nothing more. What has arrived goes on to Zenodo. Saying so again answers the same.',
        security: SECURITY,
        response: withProblems({ 200: FinishedSchema }, 'upload_unfinished'),
      },
    },
    async (request) => finish(app, await request.linkHolder()),
  );
};
