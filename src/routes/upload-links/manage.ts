import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DepositionParamsSchema } from '../../schemas/depositions.js';
import { withProblems, ZENODO_PROBLEMS } from '../../schemas/problem.js';
import {
  CreatedUploadLinkSchema,
  CreateUploadLinkSchema,
  ShownUploadLinkSchema,
  UploadLinkParamsSchema,
  UploadLinkSchema,
} from '../../schemas/upload-links.js';
import { toUploadLink } from '../../upload-links/view.js';
import { publicUrl } from '../../urls.js';

/** The application's side of upload links. */
export const uploadLinkRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const now = () => app.dependencies.now();

  app.post(
    '/depositions/:id/upload-links',
    {
      schema: {
        operationId: 'createUploadLink',
        tags: ['Upload links'],
        summary: 'Create an upload link',
        description:
          'Creates a page on which the user sends files to the draft. Send the user’s browser to `url`. Each call creates another link. When the files have arrived, the page sends the browser back to `return_url`. Anyone who has the URL can send files to this draft until the link ends. They can do nothing else.',
        params: DepositionParamsSchema,
        body: CreateUploadLinkSchema,
        response: withProblems(
          { 201: CreatedUploadLinkSchema },
          'callback_url_not_allowed',
          'connection_required',
          'already_published',
          'too_many_requests',
          ...ZENODO_PROBLEMS,
        ),
      },
    },
    async (request, reply) => {
      const caller = await request.caller();
      const depositionId = Number(request.params.id);
      const { link, secret } = await app.uploadLinks.create(caller, depositionId, request.body);
      const url = `${publicUrl(request, '/upload')}#${secret}`;
      return reply.code(201).send({ url, ...toUploadLink(link, now()) });
    },
  );

  app.get(
    '/depositions/:id/upload-links',
    {
      schema: {
        operationId: 'listUploadLinks',
        tags: ['Upload links'],
        summary: 'List the upload links of a deposition',
        description:
          'Lists the links of this user, newest first. A link is listed until 30 days after its end.',
        params: DepositionParamsSchema,
        response: withProblems(
          { 200: Type.Object({ upload_links: Type.Array(UploadLinkSchema) }) },
          'connection_required',
        ),
      },
    },
    async (request) => {
      const caller = await request.caller();
      const links = await app.uploadLinks.list(caller, Number(request.params.id));
      return { upload_links: links.map((link) => toUploadLink(link, now())) };
    },
  );

  app.get(
    '/depositions/:id/upload-links/:uploadLinkId',
    {
      schema: {
        operationId: 'getUploadLink',
        tags: ['Upload links'],
        summary: 'Get an upload link',
        description:
          'Returns state, limits and end of the link. The secret is returned only when the link is created.',
        params: UploadLinkParamsSchema,
        response: withProblems(
          { 200: ShownUploadLinkSchema },
          'upload_link_not_found',
          'connection_required',
        ),
      },
    },
    async (request) => {
      const caller = await request.caller();
      const { id, uploadLinkId } = request.params;
      const link = await app.uploadLinks.find(caller, Number(id), uploadLinkId);
      return { ...toUploadLink(link, now()), upload_ids: await app.uploadLinks.uploadsOf(link.id) };
    },
  );

  app.delete(
    '/depositions/:id/upload-links/:uploadLinkId',
    {
      schema: {
        operationId: 'endUploadLink',
        tags: ['Upload links'],
        summary: 'End an upload link',
        description:
          'From then on, the upload page neither accepts nor shows files. Uploads that have arrived completely continue; cancel them with `DELETE /uploads/{uploadId}`.',
        params: UploadLinkParamsSchema,
        response: withProblems(
          { 204: Type.Null({ description: 'The link has ended, now or earlier.' }) },
          'upload_link_not_found',
          'connection_required',
        ),
      },
    },
    async (request, reply) => {
      const caller = await request.caller();
      const { id, uploadLinkId } = request.params;
      await app.uploadLinks.revoke(caller, Number(id), uploadLinkId);
      return reply.code(204).send(null);
    },
  );
};
