import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { publicUrl } from '../../public-url.js';
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

/** The application's side of upload links. */
export const uploadLinkRoutes: FastifyPluginAsyncTypebox = async (app) => {
  const now = () => app.dependencies.now();

  app.post(
    '/depositions/:id/upload-links',
    {
      schema: {
        operationId: 'createUploadLink',
        tags: ['Upload links'],
        summary: 'Get a page where the user brings their files',
        description:
          'Send the user’s browser to `url`. They choose files and folders there and come back to `return_url` once these are on their way to Zenodo or there. The one who has the URL can bring files to this draft until the link is over, and nothing else.',
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
        description: 'Those of this user, newest first, for 30 days after their end.',
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
        summary: 'Read the state of an upload link',
        description: 'Its state, limits and end. The secret in its address is shown once, when it is made.',
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
          'Its page takes and shows nothing from then on. What has arrived goes on to Zenodo; DELETE /uploads/{id} ends that.',
        params: UploadLinkParamsSchema,
        response: withProblems(
          { 204: Type.Null({ description: 'Ended, now or before.' }) },
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
