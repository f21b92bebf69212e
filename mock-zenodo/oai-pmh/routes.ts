import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { originOf } from '../origin.js';
import { compactXml, type Element, element, indentedXml } from '../records/exports/xml.js';
import { datestamp, readRequest } from './arguments.js';
import { OaiProblem } from './problem.js';
import { STYLE_SHEET, STYLE_SHEET_PATH } from './style-sheet.js';
import { answerTo } from './verbs.js';

const TYPE = 'text/xml';
const STYLE = `<?xml-stylesheet type="text/xsl" href="${STYLE_SHEET_PATH}"?>`;

/**
 * Harvesting by OAI-PMH, at `/oai2d`
 * (`inveniosoftware/invenio-oaiserver:invenio_oaiserver/views/server.py`).
 */
export const oaiPmhRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => body);
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof OaiProblem)) throw error;
    const problems = error.errors.map(([code, message]) => element('error', message, { code }));
    const root = envelope(request, mock, [], problems);
    return reply
      .code(422)
      .header('content-type', TYPE)
      .send(STYLE + compactXml(root));
  });

  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    const query = new URLSearchParams(/(?<=\?).*$/s.exec(request.raw.url ?? '')?.[0] ?? '');
    const asked = readRequest(query, formOf(request), mock.clock.now());
    const content = element(asked.verb, answerTo(mock, originOf(request), asked));
    const root = envelope(request, mock, asked.given, [content]);
    return reply
      .header('content-type', TYPE)
      .send(`<?xml version='1.0' encoding='UTF-8'?>\n${STYLE}\n${indentedXml(root)}`);
  };
  app.get(STYLE_SHEET_PATH, async (_request, reply) =>
    reply.header('content-type', 'text/xsl').send(STYLE_SHEET),
  );
  app.get('/oai2d', handler);
  app.post('/oai2d', handler);
};

function formOf({ headers, body }: FastifyRequest): URLSearchParams {
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return new URLSearchParams(form && typeof body === 'string' ? body : '');
}

function envelope(
  request: FastifyRequest,
  mock: MockContext,
  given: [string, string][],
  content: Element[],
): Element {
  return element(
    'OAI-PMH',
    [
      element('responseDate', datestamp(mock.clock.now())),
      { name: 'request', attributes: given, content: `${originOf(request)}/oai2d` },
      ...content,
    ],
    {
      xmlns: 'http://www.openarchives.org/OAI/2.0/',
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      'xsi:schemaLocation':
        'http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd',
    },
  );
}
