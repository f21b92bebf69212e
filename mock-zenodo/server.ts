import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { applicationPing } from './application-ping.js';
import { createClock } from './clock.js';
import { communitiesApi } from './communities/routes.js';
import type { MockContext } from './context.js';
import { createControls } from './control/controls.js';
import { controlRoutes } from './control/routes.js';
import { seedStart } from './control/seed-file.js';
import { restoreStateFile, stateFile } from './control/state-file.js';
import { type DataFolder, openDataFolder } from './data-folder.js';
import { formatRoutes } from './deposit/formats.js';
import { depositRoutes } from './deposit/routes.js';
import { emptyParameters } from './empty-parameters.js';
import { answerBrokenRequest, answerError, errorAnswers } from './error-answers.js';
import { createFaults } from './faults/engine.js';
import { faultHeaders, faultHooks } from './faults/plugin.js';
import { createBlobs } from './files/blobs.js';
import { bucketRoutes } from './files/bucket.js';
import { oldStyleFileRoutes } from './files/old-style.js';
import { createIds } from './ids.js';
import { impersonation } from './impersonate/impersonation.js';
import { sites } from './impersonate/sites.js';
import { createJournal } from './journal.js';
import { journalHooks } from './journal-hooks.js';
import { limits } from './limits.js';
import { oaiPmhRoutes } from './oai-pmh/routes.js';
import { identity } from './oauth/identity.js';
import { oauthRoutes } from './oauth/routes.js';
import type { Options } from './options.js';
import { sitePages } from './pages/routes.js';
import { repairedTarget } from './path-pattern.js';
import { prettyPrint } from './pretty-print.js';
import { recordsApi } from './records/routes.js';
import { responseHeaders } from './response-headers.js';
import { statusLine } from './status-line.js';
import { createStore, FIRST_ID } from './store/store.js';
import { unreadableTypes } from './unreadable-types.js';
import { windowRoutes } from './window/routes.js';
import { watchRoutes } from './wrong-methods.js';

/**
 * Assembles the mock without listening. Throws if its folder cannot be used or contains something
 * else.
 */
export async function buildMock(options: Options): Promise<FastifyInstance> {
  const folder = await openDataFolder(options.data);
  try {
    return await assemble(options, folder);
  } catch (error) {
    await folder.release();
    throw error;
  }
}

/** The context first, then hooks, then one plugin per part of Zenodo. */
async function assemble(
  options: Options,
  { path: directory, release }: DataFolder,
): Promise<FastifyInstance> {
  const clock = createClock(options.seed === undefined ? undefined : Date.UTC(2026, 0, 2, 3, 4, 5));
  const context: MockContext = {
    options,
    clock,
    ids: createIds(options.seed),
    store: createStore(FIRST_ID),
    directory,
    blobs: await createBlobs(join(directory, 'blobs'), options.hashOnly),
    consent: { mode: options.autoApprove ? 'approve' : 'ask', user: null },
    faults: createFaults(clock, options.seed),
    rateWindows: new Map(),
    journal: createJournal(),
    routes: [],
    certificate: null,
  };
  if (!(await restoreStateFile(context))) await seedStart(context);

  const app = Fastify({
    https: await impersonation(context),
    logger: false,
    trustProxy: false,
    exposeHeadRoutes: true,
    forceCloseConnections: true,
    rewriteUrl: (request) => repairedTarget(request.url ?? '/'),
    frameworkErrors: answerError,
    clientErrorHandler: answerBrokenRequest,
    routerOptions: { ignoreDuplicateSlashes: true, maxParamLength: 4096 },
    // The same application on either server. Only the type of the server differs.
  }) as unknown as FastifyInstance;
  app.decorate('mock', context);
  app.addHook('onClose', async () => {
    await context.blobs.close();
    if (context.certificate !== null) await rm(context.certificate, { force: true });
    await release();
  });
  const answerWrongMethods = watchRoutes(app, context.routes);
  await app.register(errorAnswers);
  // The first of the hooks that read requests: later it would miss bytes that arrive with the
  // headers.
  await app.register(journalHooks);
  await app.register(unreadableTypes);
  if (options.data !== undefined) await app.register(stateFile);
  await app.register(limits);
  await app.register(faultHooks);
  await app.register(sites);
  await app.register(prettyPrint);
  await app.register(responseHeaders);
  await app.register(statusLine);
  await app.register(faultHeaders);
  await app.register(emptyParameters);
  await app.register(identity);
  await app.register(applicationPing);
  await app.register(oauthRoutes);
  await app.register(depositRoutes);
  await app.register(formatRoutes);
  await app.register(bucketRoutes);
  await app.register(oldStyleFileRoutes);
  await app.register(recordsApi);
  await app.register(communitiesApi);
  await app.register(sitePages);
  await app.register(oaiPmhRoutes);
  // The last one, because it completes the paths of all routes above.
  answerWrongMethods();
  await app.register(windowRoutes);
  await app.register(controlRoutes, { prefix: '/_mock', controls: createControls(context) });
  return app;
}
