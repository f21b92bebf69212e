import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { publicUrl } from '../../public-url.js';
import { withProblems } from '../../schemas/problem.js';
import { PageLinkSchema } from '../../schemas/upload-links.js';
import { toPageLink } from '../../upload-links/page-link.js';

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
        summary: 'What the upload page shows',
        description:
          'By the secret of the link. Of the draft it tells names and sizes of files and nothing else. A link that is over answers too, and says why.',
        security: SECURITY,
        response: withProblems({ 200: PageLinkSchema }, 'invalid_upload_link'),
      },
    },
    async (request) => toPageLink(app, await request.linkHolder(), publicUrl(request, '')),
  );
};
