import type { FastifyPluginAsync } from 'fastify';
import { DatabaseSilent, isDatabaseUnavailable } from '../../database/failures.js';
import { within } from '../../time.js';
import { HTML, type PagesContext } from '../context.js';
import { frameOf } from '../guard.js';
import { type Html, type HtmlPart, html } from '../html.js';
import { clock, page, relative, table, time } from '../layout.js';
import {
  type Hour,
  lastRefusal,
  type Overview,
  paceOf,
  type RunningUpload,
  readOverview,
  readProcess,
  type StagingVolume,
} from '../now.js';
import { stateTag } from '../states.js';
import { undeliveredInWords } from '../webhooks.js';
import { bytes, inWords, number, plural, speed } from '../words.js';
import { containerLink, depositionLink, uploadLink, userLink } from './links.js';

const RUNNING = {
  caption: 'Running uploads',
  heads: ['State', 'Upload', 'Container', 'Deposition', 'User', 'Sent', 'Started'],
  none: 'No upload is running.',
};
const REPLICAS = {
  caption: 'Replicas',
  heads: ['Replica', 'Version', 'Machine', 'Keys', 'Zenodo', 'Started', 'Last seen'],
  none: 'No replica was seen in the last minute.',
};

const HOURS = 24;

/** The known values of a volume. */
type ShownVolume = Pick<StagingVolume, 'total' | 'free' | 'min_free'> & {
  [K in 'id' | 'host' | 'taken' | 'reserved' | 'kept']?: StagingVolume[K] | undefined;
};

/** What is running now. Without a database, the page says so and shows what this process knows. */
export function nowPage({ app, sessions, now }: PagesContext): FastifyPluginAsync {
  return async (server) => {
    server.get('/', async (request, reply) => {
      const frame = frameOf(request, sessions);
      const [known, own] = await Promise.all([
        within(app.timings.readiness, readOverview(app.database, now()), () => new DatabaseSilent()).catch(
          (error: unknown) => {
            if (isDatabaseUnavailable(error)) return null;
            throw error;
          },
        ),
        readProcess(app),
      ]);
      const body = html`<div class="title"><h1>Now</h1><p class="soft">As of ${clock(new Date(now()))}. <a href="./">Reload</a></p></div>
${known === null ? AWAY : figures(known)}
${known === null ? null : html`<h2>Last day <small>ended uploads per hour</small></h2>${chart(known.hours)}`}
${known === null ? null : html`<h2>Running</h2>${running(known.running)}`}
<div class="columns">
<div><h2>Zenodo <small>and this process</small></h2>${process(own, known)}</div>
<div><h2>Staging <small>the volumes for staged files</small></h2>${known === null || known.staging.length === 0 ? ownStaging(own.space) : known.staging.map(staging)}</div>
</div>
${known === null ? null : html`<h2>Replicas</h2>${replicas(known)}`}`;
      return reply.type(HTML).send(page(frame, 'Now', '', body));
    });
  };

  function figures({ open, running: moving, rate, hours, bytesOfHour, undelivered }: Overview): Html {
    const count = (...states: string[]) =>
      open.filter(({ state }) => states.includes(state)).reduce((sum, row) => sum + row.count, 0);
    const failed = hours.reduce((sum, hour) => sum + hour.failed, 0);
    const done = hours.reduce((sum, hour) => sum + hour.done, 0);
    const oldest = open.filter(({ state }) => state === 'queued')[0]?.oldest ?? null;
    return html`<dl class="figures">
${figure('Running', html`<a href="uploads?state=open">${number(count('receiving', 'transferring'))}</a>`, moving.length === 0 ? 'none' : rate ? `${speed(rate)} to Zenodo` : speed(rate))}
${figure('Queued', html`<a href="uploads?state=queued">${number(count('queued'))}</a>`, oldest === null ? 'none' : html`oldest started ${relative(oldest, now())}`)}
${figure('Waiting for the user', html`<a href="uploads?state=waiting_for_authorization">${number(count('waiting_for_authorization'))}</a>`, saidOf(count('waiting_for_authorization'), 'must authorize again'))}
${figure('Stranded', html`<a href="uploads?state=stranded">${number(count('stranded'))}</a>`, saidOf(count('stranded'), 'machine unreachable'))}
${figure('Failed, last day', html`<a href="uploads">${number(failed)}</a>`, `of ${number(done + failed)}`)}
${figure('Webhooks not delivered', html`<a href="webhooks?state=undelivered">${undeliveredInWords(undelivered)}</a>`, saidOf(undelivered, 'delivery failed'))}
${figure('Sent, last hour', bytes(bytesOfHour), plural(hours.find(({ hour }) => hour === 0)?.done ?? 0, 'upload'))}
</dl>`;
  }

  function running(uploads: RunningUpload[]): Html {
    const row = (upload: RunningUpload): Html => html`<tr>
<td>${stateTag(upload.state)}</td><td>${uploadLink('./', upload.id)}</td>
<td data-name="container">${containerLink('./', upload.container_id)}</td>
<td data-name="deposition">${depositionLink('./', upload.deposition_id)}</td>
<td data-name="user">${userLink('./', upload.zenodo_user_id)}</td>
<td class="wide">${upload.size > 0 ? html`<progress value="${Math.round(upload.sent)}" max="${upload.size}" aria-label="Sent"></progress>` : null}
<small>${upload.size > 0 ? `${bytes(upload.sent)} of ${bytes(upload.size)}, ` : null}${paceOf(upload, now())}</small></td>
<td class="keep when">${time(upload.created_at, now())}</td></tr>`;
    return table(RUNNING, uploads.map(row));
  }

  function process(own: Awaited<ReturnType<typeof readProcess>>, known: Overview | null): Html {
    const { transfers, zenodoLimit, heldFor, database, draining } = own;
    const others = known?.replicas.filter(({ id }) => id !== app.replica.id) ?? [];
    const waiting = others.filter(({ holdsBack }) => holdsBack).length + (heldFor === null ? 0 : 1);
    const refused = known === null ? null : lastRefusal(known.replicas);
    return html`<div class="card pad"><dl class="facts">
<dt>Rate limit</dt><dd>${
      waiting > 0
        ? html`<span class="state bad">reached: Zenodo refused the last call</span> <small>${waiting} of ${others.length + 1} replicas pause their calls, for at most two minutes at a time${heldFor === null ? null : `; this one calls again in ${inWords(heldFor / 1000)}`}</small>`
        : html`<span class="state good">not reached: Zenodo accepts calls</span>`
    }</dd>
${refused === null ? null : html`<dt>Last refused</dt><dd>${time(refused, now())}</dd>`}
<dt>Limit</dt><dd>${zenodoLimit === null ? 'not known yet' : `${number(zenodoLimit)} calls per minute, for all replicas together`}</dd>
<dt>File transfers</dt><dd>${list(transfers)}</dd>
<dt>Database connections</dt><dd>${list(database)}</dd>
${draining ? html`<dt>Process</dt><dd><span class="state wait">shutting down</span></dd>` : null}
</dl></div>`;
  }

  /** What this process knows about its own volume without the database. */
  function ownStaging(space: Record<string, number> | null): Html {
    if (space === null)
      return html`<p class="note bad">STAGING_DIR cannot be read. See the doctor for the reason.</p>`;
    const { total = null, free = null, taken, reserved, kept } = space;
    return staging({ total, free, min_free: app.config.stagingMinFree, taken, reserved, kept });
  }

  function staging({ id, host, total, free, min_free, ...held }: ShownVolume): Html {
    const meter =
      total === null || free === null
        ? null
        : html`<meter min="0" max="${total}" high="${Math.round(total * 0.9)}" value="${total - free}" aria-label="Used"></meter>`;
    const said = (count: number | null | undefined) => (count == null ? 'not known' : bytes(count));
    return html`<div class="card pad">${meter}
<dl class="facts">
${id === undefined ? null : html`<dt>Volume</dt><dd><code>${id.slice(0, 8)}</code>${host == null ? null : ` of ${host}`}</dd>`}
<dt>Free</dt><dd>${said(free)} of ${said(total)}; ${said(min_free)} are kept free</dd>
<dt>Used by uploads</dt><dd>${said(held.taken)}</dd>
<dt>Kept for a retry</dt><dd>${said(held.kept)}</dd>
<dt>Reserved</dt><dd>${said(held.reserved)}</dd>
</dl></div>`;
  }

  function replicas({ replicas: living }: Overview): Html {
    const row = (one: Overview['replicas'][number]): Html => html`<tr>
<td><code>${one.id.slice(0, 8)}</code>${one.id === app.replica.id ? html` <small>this one</small>` : null}</td>
<td data-name="version">${one.version}</td><td data-name="machine">${one.host}</td><td data-name="keys">${one.keyIds.join(', ')}</td>
<td data-name="Zenodo">${one.holdsBack ? html`<span class="state bad">pauses calls</span>` : html`<span class="state good">calls</span>`}</td>
<td class="keep" data-name="started">${time(one.startedAt, now())}</td><td class="keep" data-name="seen">${relative(one.seenAt, now())}</td></tr>`;
    const versions = new Set(living.map(({ version }) => version)).size;
    const note =
      versions > 1
        ? html`<p class="note wait">${versions} versions run at the same time. The doctor says what to do.</p>`
        : null;
    return html`${note}${table(REPLICAS, living.map(row))}`;
  }
}

const AWAY = html`<p class="note bad" role="alert">The database does not respond. Below is what this process knows without it. See the doctor for the reason.</p>`;

function figure(name: string, value: HtmlPart, said: HtmlPart): Html {
  return html`<div><dt>${name}</dt><dd>${value}<small>${said}</small></dd></div>`;
}

/** The text for a count; `none` for zero. */
function saidOf(count: number, said: string): string {
  return count === 0 ? 'none' : said;
}

function list(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${number(count)} ${name}`)
    .join(', ');
}

/** One bar per hour, the latest on the right, with a text for screen readers. */
function chart(hours: Hour[]): Html {
  const counts = Array.from({ length: HOURS }, (_, at) => {
    const hour = HOURS - 1 - at;
    return hours.find((one) => one.hour === hour) ?? { hour, done: 0, failed: 0 };
  });
  const most = Math.max(1, ...counts.map(({ done, failed }) => done + failed));
  const bars = counts.map(({ done, failed }, at) => {
    const [high, low] = [(done / most) * 92, (failed / most) * 92];
    return html`<rect class="done" x="${at * 10 + 1}" width="8" y="${(96 - high).toFixed(2)}" height="${high.toFixed(2)}"/><rect class="failed" x="${at * 10 + 1}" width="8" y="${(96 - high - low).toFixed(2)}" height="${low.toFixed(2)}"/>`;
  });
  const [done, failed] = [
    counts.reduce((sum, one) => sum + one.done, 0),
    counts.reduce((sum, one) => sum + one.failed, 0),
  ];
  const said = `${number(done)} done and ${number(failed)} failed in the last day; at most ${number(most)} per hour.`;
  return html`<figure class="card pad"><svg class="chart" viewBox="0 0 240 100" preserveAspectRatio="none" role="img" aria-label="${said}">${bars}<line x1="0" x2="240" y1="96" y2="96"/></svg>
<figcaption class="soft"><span class="key"></span>done <span class="key failed"></span>failed. ${said}</figcaption></figure>`;
}
