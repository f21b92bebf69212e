import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Actor } from '../actions.js';
import { HTML, PageFault, type PagesContext } from '../context.js';
import { flashNote, withFlash } from '../flash.js';
import { frameOf } from '../guard.js';
import { type Html, html } from '../html.js';
import { clock, hidden, page, relative, table, time } from '../layout.js';
import { stateTag, toneOf } from '../states.js';
import {
  type ActionName,
  actionsFor,
  fateOf,
  type HistoryEvent,
  type HistoryFile,
  nextAttempt,
  readUpload,
  toldUser,
  type UploadHistory,
  whyGone,
  whyNot,
} from '../upload.js';
import { idsBegunWith } from '../uploads.js';
import { manyIds } from '../why-not.js';
import { ago, bytes, inWords } from '../words.js';
import { containerLink, depositionLink, userLink } from './links.js';

const FILES = {
  caption: 'Files',
  heads: ['State', 'File', { numbers: 'Size' }, 'Received', 'At Zenodo', { numbers: 'Attempts' }],
  none: 'No file has arrived yet.',
};

/** The actions on an upload, and their confirmation questions. */
const ACTIONS = {
  cancel: {
    verb: 'Cancel',
    question: 'Cancel this upload?',
    meaning:
      'Files that are already at Zenodo stay there. The others are not sent, and their staged bytes are removed.',
    tone: 'danger',
    said: 'cancelled',
  },
  retry: {
    verb: 'Retry now',
    question: 'Retry this upload now?',
    meaning: 'It moves to the front of the queue. If its problem persists, it waits or fails again.',
    tone: 'main',
    said: 'retried',
  },
} as const;

/** Which process works on an upload, and where its bytes are. */
type Holding = Pick<UploadHistory, 'replica' | 'host' | 'volume' | 'volume_host' | 'volume_seen_at'>;

interface Route {
  Params: { id: string; action: string };
  Querystring: Record<string, unknown>;
}

/** The actor of a request to the page. */
export function actorOf(request: FastifyRequest): Actor {
  return { by: 'page', requestId: request.id, address: request.ip };
}

/** The history of one upload, and the actions on it. */
export function uploadPage({ app, actions, sessions, now }: PagesContext): FastifyPluginAsync {
  const find = async (begun: string): Promise<UploadHistory> => {
    const ids = await idsBegunWith(app.database, 'uploads', begun);
    if (ids.length > 1)
      throw new PageFault(404, 'Several uploads have ids that start like this', manyIds(ids));
    const history = ids[0] === undefined ? null : await readUpload(app.database, ids[0]);
    if (history !== null) return history;
    throw new PageFault(
      404,
      'No such upload',
      'Uploads that ended are kept for 30 days. Search for containers, depositions and users under Uploads.',
    );
  };

  return async (server) => {
    server.get<Route>('/uploads/:id', async (request, reply) => {
      const history = await find(request.params.id);
      if (history.upload.id !== request.params.id) return reply.redirect(`./${history.upload.id}`, 303);
      const frame = frameOf(request, sessions);
      const title = `Upload ${history.upload.id.slice(0, 8)}`;
      const body = html`${flashNote(request.query)}${draw(frame.root, history)}`;
      return reply.type(HTML).send(page(frame, title, 'uploads', body));
    });

    server.get<Route>('/uploads/:id/:action', async (request, reply) => {
      const action = actionNamed(request.params.action);
      const history = await find(request.params.id);
      if (!actionsFor(history, now()).includes(action))
        throw new PageFault(409, 'Nothing to do', whyNot(action, history));
      const frame = frameOf(request, sessions);
      const { question, meaning, verb, tone } = ACTIONS[action];
      const body = html`<h1>${question}</h1>
${fault(history)}
<div class="card pad"><dl class="facts">${facts(frame.root, history)}</dl></div>
<p>${meaning}</p>
<form method="post" action="${action}" class="actions">${hidden(frame.formToken)}
<button class="${tone}">${verb}</button> <a class="button" autofocus href="../${history.upload.id}">Back</a></form>`;
      return reply.type(HTML).send(page(frame, question, 'uploads', body));
    });

    server.post<Route>('/uploads/:id/:action', async (request, reply) => {
      const action = actionNamed(request.params.action);
      const { upload } = await find(request.params.id);
      const { done, pending, said } = await actions[action](upload.id, actorOf(request));
      const flash = pending ? 'cancelling' : ACTIONS[action].said;
      if (done) return reply.redirect(withFlash(`../${upload.id}`, flash), 303);
      throw new PageFault(409, 'Nothing was done', said);
    });
  };

  function actionNamed(name: string): ActionName {
    if (name === 'cancel' || name === 'retry') return name;
    throw new PageFault(404, 'Not found', 'This page does not exist.');
  }

  function draw(root: string, history: UploadHistory): Html {
    const { upload, files } = history;
    const gone = whyGone(history, now());
    const next = nextAttempt(history);
    const buttons = actionsFor(history, now()).map(
      (action) => html`<a class="button" href="${upload.id}/${action}">${ACTIONS[action].verb}…</a>`,
    );
    return html`<h1>Upload <code>${upload.id.slice(0, 8)}</code> ${stateTag(upload.state)}</h1>
${fault(history)}
<div class="card pad"><dl class="facts">${facts(root, history)}${more(history, next)}</dl></div>
${buttons.length === 0 ? null : html`<div class="actions">${buttons}</div>`}
${gone === null ? null : html`<p class="soft">${gone}</p>`}
<h2>What happened</h2>
${timeline(history.events)}
<h2>Files <small>${files.length} of ${upload.files}, ${bytes(upload.bytes)}</small></h2>
${table(FILES, files.map(fileRow))}`;
  }

  function fault({ upload }: UploadHistory): Html | null {
    if (upload.code === null) return null;
    const tone = upload.state === 'failed' ? 'bad' : 'wait';
    const told = toldUser(upload);
    return html`<p class="note ${tone}"><code>${upload.code}</code> ${upload.detail}${told === null ? null : html`<br><small>The user is told: ${told}</small>`}</p>`;
  }

  function facts(root: string, history: UploadHistory): Html {
    const { upload } = history;
    const fate = fateOf(history);
    return html`<dt>Container</dt><dd>${containerLink(root, upload.container_id) ?? 'none'}</dd>
<dt>Deposition</dt><dd>${depositionLink(root, upload.deposition_id)} ${fate === null ? null : html`${fate.said}, ${relative(fate.at, now())} `}<small><a href="${root}drafts?text=${upload.deposition_id}">in Drafts</a></small></dd>
<dt>Zenodo user</dt><dd>${userLink(root, upload.zenodo_user_id)}</dd>
<dt>Request</dt><dd><code>${upload.request_id}</code></dd>
<dt>Upload</dt><dd><code>${upload.id}</code></dd>`;
  }

  function more(history: UploadHistory, next: ReturnType<typeof nextAttempt>): Html {
    const { upload, next_at, deadline_at, kept_until, sync, warnings, active_at, ...held } = history;
    const rest = upload.state === 'queued' && next_at.getTime() > now() ? next_at : (next?.at ?? null);
    const heldBack = next?.heldBack === true ? '; until then, Zenodo accepts no calls' : '';
    return html`<dt>Started</dt><dd>${clock(upload.created_at)} <small>${ago(upload.created_at, now())}</small></dd>
${upload.finished_at === null ? html`<dt>Fails</dt><dd>${clock(deadline_at)} <small>if it has not ended by then</small></dd>` : html`<dt>Ended</dt><dd>${clock(upload.finished_at)} <small>after ${inWords((upload.finished_at.getTime() - upload.created_at.getTime()) / 1000)}</small></dd>`}
${kept_until === null ? null : html`<dt>Bytes kept</dt><dd>until ${clock(kept_until)}, for a retry, unless other uploads need the space</dd>`}
${rest === null ? null : html`<dt>Next attempt</dt><dd>${clock(rest)} <small>${ago(rest, now())}${heldBack}</small></dd>`}
${upload.finished_at === null ? holder(held) : null}
${active_at === null || upload.state !== 'receiving' ? null : html`<dt>Last bytes</dt><dd>${time(active_at, now())}</dd>`}
${sync ? html`<dt>Sync</dt><dd>Other files of the draft are removed once these are at Zenodo.</dd>` : null}
${warnings.map((warning) => html`<dt>Warning</dt><dd>${warning}</dd>`)}`;
  }

  /** Which process works on it, and where its bytes are. */
  function holder({ replica, host, volume, volume_host, volume_seen_at }: Holding): Html {
    const who =
      replica === null
        ? 'none now'
        : html`<code>${replica.slice(0, 8)}</code>${host === null ? null : ` on ${host}`}`;
    const seen = volume_seen_at === null ? null : html`, last reached ${relative(volume_seen_at, now())}`;
    return html`<dt>Replica</dt><dd>${who}</dd>
<dt>Bytes on</dt><dd>volume <code>${volume.slice(0, 8)}</code>${volume_host === null ? null : ` of ${volume_host}`}${seen}</dd>`;
  }

  function timeline(events: HistoryEvent[]): Html {
    if (events.length === 0)
      return html`<div class="card"><p class="none">It has no history, because it started before histories were recorded.</p></div>`;
    return html`<ol class="card history">${events.map(
      (event) =>
        html`<li class="${tone(event)}">${clock(event.at)}<div><p>${words(event)}</p>${
          event.code === null && event.detail === null
            ? null
            : html`<p><small>${event.code === null ? null : html`<code>${event.code}</code> `}${event.detail}</small></p>`
        }<p><small>${[
          event.replica === null ? null : html`replica <code>${event.replica.slice(0, 8)}</code>, `,
          html`request <code>${event.request_id}</code>`,
        ]}</small></p></div></li>`,
    )}</ol>`;
  }

  function words({ kind, file_name, attempt, zenodo_status, next_at, at }: HistoryEvent): Html {
    const said = EVENTS[kind]?.[1] ?? kind.replaceAll('_', ' ');
    const wait =
      next_at === null ? null : ` Next attempt after ${inWords((next_at.getTime() - at.getTime()) / 1000)}.`;
    const file =
      file_name === null ? null : html`${attempt === null ? ':' : ' of'} <code>${file_name}</code>`;
    const status = zenodo_status === null ? null : ` Zenodo responded with ${zenodo_status}.`;
    return html`${said}${attempt === null ? null : ` ${attempt}`}${file}.${status}${wait}`;
  }

  function fileRow(file: HistoryFile): Html {
    const size = file.size ?? 0;
    const sent = file.state === 'unchanged' ? size : file.sent;
    const safe = file.state === 'uploaded' || file.state === 'unchanged';
    const share =
      size > 0
        ? html` <progress value="${Math.round(sent)}" max="${size}" aria-label="${file.name}"></progress>`
        : null;
    return html`<tr><td>${stateTag(file.state)}</td>
<td class="wide">${file.name}${file.code === null ? null : html`<small><code>${file.code}</code> ${file.detail}</small>`}${
      file.next_at === null ? null : html`<small>next attempt ${relative(file.next_at, now())}</small>`
    }</td>
<td class="num">${file.size === null ? 'unknown' : bytes(file.size)}</td>
<td data-name="received">${safe || file.received >= size ? 'all' : bytes(file.received)}</td>
<td data-name="at zenodo">${safe ? 'all' : bytes(sent)}${safe ? null : share}${file.rate > 0 && !safe ? html`<small>${bytes(file.rate)}/s</small>` : null}</td>
<td class="num" data-name="attempts">${file.attempts}</td></tr>`;
  }
}

function tone({ kind }: HistoryEvent): string {
  return EVENTS[kind]?.[0] ?? toneOf(kind);
}

/** Tone and text of a line of the history. Attempt and file are added to the text. */
const EVENTS: Record<string, readonly [tone: string, said: string]> = {
  taken: ['live', 'Accepted: the caller is authorized, the draft accepts files'],
  received: ['live', 'All bytes have arrived'],
  attempt_failed: ['wait', 'Failed attempt'],
  waiting: ['wait', 'Waiting'],
  taken_over: ['live', 'A process continues it'],
  parked: ['wait', 'Waiting for the user, who must authorize again'],
  authorized: ['live', 'The user authorized again; the upload continues'],
  stranded: ['wait', 'Waiting: the machine that stores its bytes cannot be reached'],
  reachable: ['live', 'The machine that stores its bytes is back; the upload continues'],
  cancel_requested: ['wait', 'Cancellation requested'],
  operator: ['wait', 'The operator acted'],
  done: ['good', 'Done: all files are at Zenodo'],
  failed: ['bad', 'Failed permanently'],
  cancelled: ['bad', 'Cancelled'],
};
