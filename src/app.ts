import { randomBytes } from 'node:crypto';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import type { Config } from './config.js';
import { connections } from './connections/plugin.js';
import { requireWritable } from './database/failures.js';
import { createOutageLog } from './database/outage-log.js';
import { createPool } from './database/postgres-pool.js';
import { createStatements, type Statements } from './database/prepared-statements.js';
import { createDatabase, type Database } from './database/prisma.js';
import { manifestGuard } from './depositions/manifest-guard.js';
import { drafts } from './depositions/plugin.js';
import { events } from './events/plugin.js';
import { loggerOptions, logStream, noteZenodoCalls } from './log.js';
import { currentRequestId } from './log-subject.js';
import { createMetrics, type Metrics } from './metrics.js';
import { operator } from './operator/plugin.js';
import { accessToken } from './plugins/access-token.js';
import { apiKeys } from './plugins/api-keys.js';
import { bodyParsers } from './plugins/body-parsers.js';
import { bodyTimeout } from './plugins/body-timeout.js';
import { cleanup } from './plugins/cleanup-jobs.js';
import { cors } from './plugins/cors.js';
import { drainRefused } from './plugins/drain-refused.js';
import { errorHandler } from './plugins/error-handler.js';
import { failureLimits } from './plugins/failure-limits.js';
import { lazySerializers } from './plugins/lazy-compilers.js';
import { oneHost } from './plugins/one-host.js';
import { openapi } from './plugins/openapi.js';
import { presenter } from './plugins/presenter.js';
import { principal } from './plugins/principal.js';
import { reference } from './plugins/reference.js';
import { refusedUploads } from './plugins/refused-uploads.js';
import { replica } from './plugins/replica.js';
import { requestContext, requestIdOf } from './plugins/request-context.js';
import { requestsAtOnce } from './plugins/requests-at-once.js';
import { shutdown } from './plugins/shutdown.js';
import { validation } from './plugins/validation.js';
import { zenodoOAuth } from './plugins/zenodo-oauth.js';
import { answerAll, refuseBytes, refuseUrl } from './raw-errors.js';
import { checkRoute } from './routes/depositions/check.js';
import { createDepositionRoute } from './routes/depositions/create.js';
import { deleteDepositionRoute } from './routes/depositions/delete.js';
import { doiRoute } from './routes/depositions/doi.js';
import { editRoutes } from './routes/depositions/edit.js';
import { listDepositionsRoute } from './routes/depositions/list.js';
import { publishDepositionRoute } from './routes/depositions/publish.js';
import { readDepositionRoute } from './routes/depositions/read.js';
import { verifyRoute } from './routes/depositions/verify.js';
import { versionsRoute } from './routes/depositions/versions.js';
import { doctorRoute } from './routes/doctor.js';
import { eventsRoute } from './routes/events.js';
import { draftFileRoutes } from './routes/files/draft-files.js';
import { uploadFormRoute } from './routes/files/upload-form.js';
import { uploadRawRoute } from './routes/files/upload-raw.js';
import { healthRoutes } from './routes/health.js';
import { metadataRoute } from './routes/metadata.js';
import { authorizeRoute } from './routes/oauth/authorize.js';
import { callbackRoute } from './routes/oauth/callback.js';
import { disconnectRoute } from './routes/oauth/disconnect.js';
import { refreshRoute } from './routes/oauth/refresh.js';
import { rootRoute } from './routes/root.js';
import { tryPageRoute } from './routes/try-page.js';
import { tusCompleteRoute } from './routes/tus/complete.js';
import { tusCreationRoutes } from './routes/tus/creation.js';
import { tusFileRoutes } from './routes/tus/files.js';
import { withMethodOverride } from './routes/tus/protocol.js';
import { uploadLinkRoutes } from './routes/upload-links/manage.js';
import { pageCallRoutes } from './routes/upload-links/page-calls.js';
import { plainFormRoute } from './routes/upload-links/plain-form.js';
import { uploadPageRoutes } from './routes/upload-page.js';
import { uploadStatusRoutes } from './routes/uploads/status.js';
import { createThreadPool, type PoolLimits, type ThreadPool } from './thread-pool/pool.js';
import { TIMINGS, type Timings } from './time-outs.js';
import { uploadLinks } from './upload-links/plugin.js';
import { uploads } from './uploads/plugin.js';
import type { TransferTimings } from './uploads/timings.js';
import { VERSION } from './version.js';
import { createZenodoClient, type ZenodoClient } from './zenodo/client.js';

/** What tests may replace. */
export interface Dependencies {
  /** Milliseconds since the epoch. */
  now(): number;
  randomBytes(size: number): Buffer;
  /** Timings of uploads. */
  transferTimings?: Partial<TransferTimings & { slowBody: number }>;
  timings?: Partial<Timings>;
  /** Limits for parsing text from outside. */
  threads?: Partial<PoolLimits>;
}

declare module 'fastify' {
  interface FastifyInstance {
    config: Config;
    dependencies: Dependencies;
    database: Database;
    statements: Statements;
    zenodo: ZenodoClient;
    threads: ThreadPool;
    metrics: Metrics;
    timings: Timings;
  }
}

/** Maximum size of a JSON body in bytes. Uploads are streamed and have limits of their own. */
const MAX_JSON = 1024 * 1024;

/**
 * Maximum length of a path parameter: a file name of 255 characters, each percent-encoded as four
 * bytes.
 */
const MAX_PARAMETER = 255 * 12;

/** Builds the service without listening. The order here is the boot order. */
export async function buildApp(
  config: Config,
  dependencies: Dependencies = { now: Date.now, randomBytes },
): Promise<FastifyInstance> {
  const timings = { ...TIMINGS, ...dependencies.timings };
  const outages = createOutageLog();
  const app = Fastify({
    logger: { ...loggerOptions(config.logLevel, { logMethod: outages.logMethod }), stream: logStream() },
    genReqId: requestIdOf,
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    bodyLimit: MAX_JSON,
    keepAliveTimeout: timings.idle,
    return503OnClosing: false,
    frameworkErrors: refuseUrl,
    clientErrorHandler: refuseBytes,
    http: {
      headersTimeout: timings.headers,
      connectionsCheckingInterval: timings.headers / 3,
      // See plugins/one-host.ts.
      requireHostHeader: false,
    },
    schemaController: { compilersFactory: { buildSerializer: lazySerializers } },
    // Django usually ends its URLs with a slash.
    routerOptions: { maxParamLength: MAX_PARAMETER, ignoreTrailingSlash: true },
    rewriteUrl: (request) => withMethodOverride(request, stripPrefix(request.url ?? '/', config.publicUrl)),
  }).withTypeProvider<TypeBoxTypeProvider>();
  answerAll(app);

  app.decorate('config', config);
  app.decorate('dependencies', dependencies);
  app.decorate('timings', timings);
  const pool = createPool(config.databaseUrl, timings);
  const database = createDatabase(config.databaseUrl, pool);
  outages.watch({ log: app.log, ask: () => requireWritable((sql) => database.$queryRawUnsafe(sql)) });
  const metrics = createMetrics();
  const observer = { requestId: currentRequestId, ended: noteZenodoCalls(metrics, app.log) };
  const zenodo = createZenodoClient(config, VERSION, observer, timings);
  app.decorate('database', database);
  app.decorate('statements', createStatements(pool));
  app.decorate('zenodo', zenodo);
  const threads = createThreadPool(dependencies.threads);
  app.decorate('threads', threads);
  app.decorate('metrics', metrics);
  app.addHook('onClose', async () => {
    outages.stop();
    await Promise.all([database.$disconnect(), zenodo.close(), threads.close()]);
  });

  await app.register(validation);
  await app.register(errorHandler);
  await app.register(requestContext);
  await app.register(oneHost);
  await app.register(requestsAtOnce);
  await app.register(shutdown);
  await app.register(bodyTimeout);
  await app.register(drainRefused);
  await app.register(failureLimits);
  await app.register(cors);
  await app.register(apiKeys);
  await app.register(bodyParsers);
  await app.register(openapi);
  await app.register(reference);
  await app.register(cleanup);
  await app.register(zenodoOAuth);
  await app.register(connections);
  await app.register(replica);
  await app.register(refusedUploads);
  await app.register(accessToken);
  await app.register(manifestGuard);
  await app.register(uploads);
  await app.register(drafts);
  await app.register(presenter);
  await app.register(uploadLinks);
  await app.register(principal);
  await app.register(events);
  await app.register(operator);

  await app.register(rootRoute);
  await app.register(tryPageRoute);
  await app.register(healthRoutes);
  await app.register(doctorRoute);
  await app.register(authorizeRoute);
  await app.register(callbackRoute);
  await app.register(refreshRoute);
  await app.register(disconnectRoute);
  await app.register(verifyRoute);
  await app.register(createDepositionRoute);
  await app.register(readDepositionRoute);
  await app.register(listDepositionsRoute);
  await app.register(deleteDepositionRoute);
  await app.register(publishDepositionRoute);
  await app.register(versionsRoute);
  await app.register(editRoutes);
  await app.register(doiRoute);
  await app.register(checkRoute);
  await app.register(metadataRoute);
  await app.register(uploadFormRoute);
  await app.register(uploadRawRoute);
  await app.register(draftFileRoutes);
  await app.register(tusCreationRoutes);
  await app.register(tusFileRoutes);
  await app.register(tusCompleteRoute);
  await app.register(uploadStatusRoutes);
  await app.register(uploadPageRoutes);
  await app.register(plainFormRoute);
  await app.register(eventsRoute);
  await app.register(uploadLinkRoutes);
  await app.register(pageCallRoutes);
  return app as unknown as FastifyInstance;
}

/** Removes the path prefix of PUBLIC_URL. Some proxies strip it, others do not. */
function stripPrefix(url: string, publicUrl: string | undefined): string {
  const prefix = publicUrl === undefined ? '/' : new URL(publicUrl).pathname;
  if (prefix === '/' || !url.startsWith(prefix)) return url;
  const rest = url.slice(prefix.length);
  return rest === '' || rest.startsWith('/') || rest.startsWith('?') ? `/${rest.replace(/^\//, '')}` : url;
}
