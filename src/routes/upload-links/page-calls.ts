import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { linkLanguage } from '../../page/texts/texts.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';
import {
  ConcurrentQuerySchema,
  ConcurrentSchema,
  FinishedSchema,
  PageLinkSchema,
  PlanBodySchema,
  PlanSchema,
} from '../../schemas/upload-page.js';
import { UploadParamsSchema } from '../../schemas/uploads.js';
import { concurrentUploads } from '../../upload-links/concurrent.js';
import { takeOver } from '../../upload-links/earlier.js';
import { finishUploadLink } from '../../upload-links/finish.js';
import { toPageLink } from '../../upload-links/page-link.js';
import { planForLink } from '../../upload-links/page-plan.js';
import type { LinkHolder } from '../../upload-links/upload-links.js';
import { type Viewer, viewerOf } from '../../uploads/view.js';

/**
 * Bytes, enough for 20,000 paths of 180 characters. The body is parsed in the event loop, which
 * must not be blocked for longer.
 */
const MAX_PLAN = 4 * 1024 * 1024;

/** Every call of the page needs the secret of the link, and no API key. */
const FOR_PAGE = { config: { uploadLinks: true } } as const;
const SECURITY = [{ uploadLink: [] }];

/** The calls of the upload page. */
export const pageCallRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/upload-link',
    {
      ...FOR_PAGE,
      schema: {
        operationId: 'readUploadLink',
        tags: ['Upload links'],
        summary: 'Get what the upload page shows',
        description:
          'Returns the upload link of this secret with its limits and uploads. Of the draft, it returns only names and sizes of files. It also works for a link that has ended, with the reason. Each `user_message` is in the language of the link, if it has a `locale`.',
        security: SECURITY,
        response: withProblems({ 200: PageLinkSchema }, 'invalid_upload_link'),
      },
    },
    async (request) => {
      const holder = await request.linkHolder();
      return toPageLink(app, holder, viewerFor(request, holder));
    },
  );

  app.post(
    '/upload-link/plan',
    {
      ...FOR_PAGE,
      bodyLimit: MAX_PLAN,
      schema: {
        operationId: 'planUpload',
        tags: ['Upload links'],
        summary: 'Preview an upload',
        description:
          'Returns which files Zenodo would have after the upload: which folder becomes which zip, and which files are left out, replaced or refused, with the reason. The service does not store the list. It may have 20,000 files, 4 MiB, and 3 MiB of paths in total.',
        security: SECURITY,
        body: PlanBodySchema,
        response: withProblems({ 200: PlanSchema }, ...ZENODO_PROBLEMS, 'reauthorization_required'),
      },
    },
    async (request) => {
      const holder = await request.linkHolder();
      app.uploadLinks.require(holder.link, 'begin');
      const viewer = viewerOf(request);
      return planForLink(app, holder, request.body, { viewer, limits: request.limits() });
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
          'Counts the uploads that other links, other browsers or the application are sending right now. It returns neither file names nor who sends them.',
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
        summary: 'Continue an upload that another link began',
        description:
          'Takes over one of `earlier_uploads`. From then on it belongs to this link, and its files can be resumed where they stopped. The call is refused while bytes of the upload are arriving.',
        security: SECURITY,
        params: UploadParamsSchema,
        response: withProblems({ 200: PageLinkSchema }, 'upload_not_found', 'upload_unfinished'),
      },
    },
    async (request) => {
      const holder = await request.linkHolder();
      app.uploadLinks.require(holder.link, 'begin');
      await takeOver(app, holder, request.params.uploadId);
      return toPageLink(app, holder, viewerFor(request, holder));
    },
  );

  app.post(
    '/upload-link/finish',
    {
      ...FOR_PAGE,
      schema: {
        operationId: 'finishUploadLink',
        tags: ['Upload links'],
        summary: 'Finish and return to the application',
        description:
          'Ends the link, so that it accepts no more files. Uploads that have arrived continue. A repeated call returns the same response.',
        security: SECURITY,
        response: withProblems({ 200: FinishedSchema }, 'upload_unfinished'),
      },
    },
    async (request) => finishUploadLink(app, await request.linkHolder()),
  );
};

/** The page asks for the link before it knows the language of the link. */
function viewerFor(request: FastifyRequest, { link }: LinkHolder): Viewer {
  const viewer = viewerOf(request);
  return { ...viewer, language: linkLanguage(link.locale, viewer.language) };
}
