import t, { type Test } from 'tap';
import { findingsOf, LOOKS } from './axe.js';
import { blocksOf } from './blocks.js';
import { openBrowser } from './browser.js';
import { lackOfChromium, lackOfNginx } from './debian.js';
import { freePort } from './free-port.js';
import { startNginx } from './nginx.js';
import { insertConnection, insertUpload, KEY, startOperated } from './operated.js';

const { operatorUrl, url, sql } = await startOperated(t);

/**
 * The page behind nginx, under the path that docs/operator.md shows; its address without the last
 * slash.
 */
async function behindPrefix(t: Test): Promise<string> {
  const [shown] = blocksOf('docs/operator.md', 'nginx');
  const { host } = new URL(operatorUrl);
  const place = (shown?.text ?? '').replace('127.0.0.1:9464', host);
  const change = (site: string) => site.replace(/\}\s*$/, `${place}}\n`);
  const { url: nginx } = await startNginx(t, { port: await freePort(), target: url, change });
  const [, path = ''] = /location (\S+)\/ /.exec(place) ?? [];
  return `${nginx}${path}`;
}

/** A service that has been in use for a while. */
async function fill() {
  const user = await insertConnection(sql, '4711');
  const full = {
    code: 'quota_exceeded',
    detail: 'Zenodo has no more room in this draft: 50 GB are taken. Ask Zenodo for more, or split the data.',
  };
  const failed = await insertUpload(sql, {
    container: 'dataset-0077',
    deposition: 15_871_234,
    connection: user,
    state: 'failed',
    error: full,
    file: 'observations.zip',
    began: '3 h',
    ended: '2 h',
  });
  const running = await insertUpload(sql, {
    container: 'dataset-0081',
    deposition: 15_871_240,
    connection: user,
    state: 'transferring',
    file: 'a-name-'.repeat(12),
    began: '3 min',
  });
  await insertUpload(sql, {
    container: 'dataset-0082',
    deposition: 15_871_241,
    state: 'waiting_for_authorization',
    error: { code: 'reauthorization_required', detail: 'The user must authorize again.' },
    file: 'b.csv',
    began: '30 min',
  });
  await sql(
    `INSERT INTO uploads (id, owner, connection_id, deposition_id, container_id, volume, request_id, deadline_at, created_at, updated_at, state, finished_at)
  SELECT gen_random_uuid(), 'o', $1, 15870000 + n, 'dataset-' || n, 'v', gen_random_uuid(), now(), now() - n * n * interval '2 second', now(),
    (CASE WHEN n % 17 = 0 THEN 'failed' ELSE 'done' END)::upload_state, now() - n * n * interval '2 second'
  FROM generate_series(1, 200) n`,
    [user],
  );
  await sql(
    `INSERT INTO drafts (id, owner, connection_id, container_id, deposition_id, updated_at, created_at, deleted_at, deletion_request_id, deleted_by)
  SELECT gen_random_uuid(), 'o', $1, 'dataset-' || n, 15870000 + n, now(), now() - n * interval '1 day',
    CASE WHEN n = 2 THEN now() END, CASE WHEN n = 2 THEN 'req-of-the-deletion' END, CASE WHEN n = 2 THEN 'application'::draft_deletion END
  FROM generate_series(1, 6) n`,
    [user],
  );
  await sql(
    `INSERT INTO upload_events (upload_id, at, kind, file_name, attempt, code, detail, zenodo_status, next_at, replica, request_id)
   SELECT $1, now() - (10 - n) * interval '1 minute', (ARRAY['received', 'attempt_failed', 'waiting', 'taken_over', 'failed'])[n]::upload_event_kind,
     CASE WHEN n = 2 THEN 'observations.zip' END, CASE WHEN n = 2 THEN 1 END, CASE WHEN n IN (2, 3) THEN 'zenodo_error' WHEN n = 5 THEN 'quota_exceeded' END,
     CASE WHEN n IN (2, 3) THEN 'Zenodo failed. Try again later.' END, CASE WHEN n = 2 THEN 503 END,
     CASE WHEN n = 3 THEN now() - interval '6 minutes' END, gen_random_uuid(), 'req-77' FROM generate_series(1, 5) n`,
    [failed],
  );
  await sql(`UPDATE upload_events SET at = now() - interval '11 minutes' WHERE kind = 'taken'`);
  await sql(
    `INSERT INTO refused_uploads (id, at, status, code, detail, deposition_id, container_id, connection_id, replica, request_id)
     SELECT gen_random_uuid(), now() - n * interval '3 hours', 400, 'empty_file', 'notes-' || n || '.txt is empty. Leave it out, or fill it.',
       15870000 + n, 'dataset-' || n, $1, 'r', gen_random_uuid() FROM generate_series(1, 3) n`,
    [user],
  );
  await sql(
    `INSERT INTO events (type, owner, stream, deposition_id, container_id, zenodo_user_id, data, delivery, last_status, last_error, attempts, delivered_at, at)
     SELECT (ARRAY['upload.done', 'upload.failed', 'deposition.published'])[1 + n % 3], 'o', 'deposition:' || n, 15870000 + n, 'dataset-' || n, '4711', '{}',
       (CASE WHEN n = 6 THEN 'undelivered' ELSE 'delivered' END)::event_delivery, CASE WHEN n = 6 THEN 503 ELSE 200 END,
       CASE WHEN n = 6 THEN 'refused' END, CASE WHEN n = 6 THEN 31 ELSE 1 END, CASE WHEN n <> 6 THEN now() - n * interval '1 hour' END,
       now() - n * interval '1 hour' FROM generate_series(1, 6) n`,
  );
  const [undelivered] = await sql(`SELECT id FROM events WHERE delivery = 'undelivered'`);
  return { user, failed, running, event: undelivered?.['id'] };
}

t.test(
  'pages read well: light and dark, on a phone and on a desk',
  { skip: (await lackOfChromium()) || (await lackOfNginx()) },
  async (t) => {
    const { user, failed, running, event } = await fill();
    const base = await behindPrefix(t);
    const browser = await openBrowser(t, { width: 1280, height: 900 });
    const page = await browser.newPage();
    const complaints: string[] = [];
    const astray: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(`${base}/`) && !request.url().startsWith('data:'))
        astray.push(request.url());
    });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${base}/`);
    const picture = async (name: string) => {
      if (process.env['PICTURES']) await page.screenshot({ path: `${process.env['PICTURES']}/${name}.png` });
    };
    const look = async (name: string, alike = false) => {
      for (const [scheme, width] of [
        ['light', 390],
        ['dark', 1280],
      ] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize({ width, height: 900 });
        const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
        t.ok(wide <= width, `${name}, ${width} px: nothing is wider than the screen`, { wide });
        await picture(`${name}-${scheme}-${width}`);
        // The markup is the same in both; that another search draws the same page adds nothing.
        const rules = scheme === 'dark' ? LOOKS : undefined;
        if (!alike) t.same(await findingsOf(page, undefined, rules), [], `${name}, ${scheme}, ${width} px`);
      }
      // As the documents show it.
      await page.emulateMedia({ colorScheme: 'light' });
      await picture(name);
    };
    await look('login');
    await page.getByLabel('Key').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Key').fill(KEY);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Now' }).waitFor();
    t.same(complaints.splice(0), [
      'Failed to load resource: the server responded with a status of 401 (Unauthorized)',
    ]);
    for (const [name, path] of [
      ['now', ''],
      ['uploads', 'uploads'],
      ['searched', 'uploads?text=4711&state=failed'],
      ['nothing', 'uploads?text=nothing'],
      ['refused', 'uploads?state=refused'],
      ['story', `uploads/${failed}`],
      ['connections', 'connections'],
      ['forget', `connections/${user}/forget`],
      ['drafts', 'drafts'],
      ['draft', 'drafts?text=15870002'],
      ['webhooks', 'webhooks'],
      ['send', `webhooks/${event}/send`],
      ['doctor', 'doctor'],
      ['lost', 'nowhere'],
      ['wrong', 'uploads?since=yesterday'],
      ['cancel', `uploads/${running}/cancel`],
    ] as const) {
      await page.goto(`${base}/${path}`);
      await look(name, ['searched', 'nothing'].includes(name));
    }
    await sql(`UPDATE uploads SET kept_until = now() + interval '1 hour' WHERE id = $1`, [failed]);
    await page.goto(`${base}/uploads/${failed}/retry`);
    await look('retry', true);
    await sql('UPDATE uploads SET kept_until = NULL WHERE id = $1', [failed]);
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.getByRole('heading', { name: 'Nothing was done' }).waitFor();
    await look('refused-action');
    // The database does not respond in time.
    await sql('BEGIN');
    await sql('LOCK TABLE uploads IN ACCESS EXCLUSIVE MODE');
    await page.goto(`${base}/`);
    await page.getByText('The database does not respond.').waitFor();
    await look('away');
    await sql('ROLLBACK');
    await page.goto(`${base}/uploads?text=dataset-0081`);
    for (const name of ['Now', 'Uploads', 'Connections', 'Drafts', 'Webhooks']) {
      await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    }
    await page.goto(`${base}/uploads?text=dataset-0081`);
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByRole('link', { name: 'Cancel…' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The operator asked to cancel it, by page.').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Key').waitFor();
    t.same(astray, [], 'nothing leads out of the path that the page is under');
    t.same(
      complaints.filter((text) => !/status of (404|400|409)/.test(text)),
      [],
      'the policy refuses nothing of the pages',
    );
  },
);

/** What has the focus, and whether somebody sees that. */
interface Focused {
  name: string;
  /** It has an outline, and most of it lies on the screen. */
  outlined: boolean;
  seen: boolean;
  top: number;
  bottom: number;
}

/** Of a long list its beginning is gone through. */
const MOST_STOPS = 80;

const FOCUSED = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const middle = (top + bottom) / 2;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent;
  return {
    name: name.trim().replace(/\\s+/g, ' '),
    outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    seen: left >= 0 && right <= innerWidth && right - left > 1 && middle > 0 && middle < innerHeight,
    top: top + scrollY,
    bottom: bottom + scrollY,
  };
})()`;

t.test('everything can be reached and done by keyboard', { skip: await lackOfChromium() }, async (t) => {
  const { user, failed } = await fill();
  const browser = await openBrowser(t, { width: 1280, height: 900 });
  const page = await browser.newPage();
  const press = (key: string) => page.keyboard.press(key);
  const focused = async () => (await page.evaluate(FOCUSED)) as Focused | null;
  const goTo = (path: string) => page.goto(`${operatorUrl}/${path}`);
  /** Goes on until something with this name has the focus. */
  const tabTo = async (name: string | RegExp, key = 'Tab') => {
    for (let times = 0; times < 100; times += 1) {
      await press(key);
      const at = await focused();
      if (at !== null && (typeof name === 'string' ? at.name === name : name.test(at.name))) return;
    }
    t.fail(`nothing called ${name} gets the focus`);
  };
  /** Goes through the whole page: each stop is seen, and none lies above the one before it. */
  const sweep = async (path: string, about: string) => {
    await goTo(path);
    await tabTo('Skip to content');
    const stops: Focused[] = [];
    for (let times = 0; times < MOST_STOPS; times += 1) {
      const at = await focused();
      if (at === null || at.name === stops[0]?.name) break;
      stops.push(at);
      await press('Tab');
    }
    t.ok(stops.length > 3, `${about}: ${stops.length} stops`);
    t.same(
      stops.filter(({ outlined, seen }) => !outlined || !seen),
      [],
      `${about}: who goes there sees where they are`,
    );
    const leaps = stops.filter(({ bottom }, at) => bottom <= (stops[at - 1]?.top ?? 0));
    t.same(leaps, [], `${about}: the order is that of the page`);
  };
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await goTo('uploads?text=dataset-0081');
    t.match(await focused(), { name: /^Key/ }, 'who comes can type the key at once');
    await page.keyboard.type(KEY);
    await press('Enter');
    await page.getByRole('heading', { name: 'Uploads', exact: true }).waitFor();
    for (const path of [
      '',
      'uploads',
      `uploads/${failed}`,
      'connections',
      `connections/${user}/forget`,
      'drafts',
      'webhooks',
      'doctor',
    ])
      await sweep(path, `${path}, ${width} px`);

    await goTo('uploads');
    await press('Tab');
    t.match(await focused(), { name: 'Skip to content', seen: true }, 'the menu can be skipped');
    await press('Enter');
    await press('Tab');
    t.match(await focused(), { name: /^Container, deposition/ });
    const container = `by-keyboard-${width}`;
    await insertUpload(sql, { container, state: 'queued', file: 'a.csv' });
    await page.keyboard.type(container);
    await press('Enter');
    await page.waitForURL(/text=by-keyboard/);
    await page.getByRole('link', { name: 'Clear' }).waitFor();
    await tabTo(/^[0-9a-f]{8}$/);
    await press('Enter');
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    await tabTo('Cancel…');
    await press('Enter');
    await page.getByRole('heading', { name: 'Cancel this upload?' }).waitFor();
    t.match(await focused(), { name: 'Back', outlined: true }, 'what changes nothing has the focus');
    await press('Shift+Tab');
    t.match(await focused(), { name: 'Cancel', outlined: true });
    await press('Enter');
    await page.getByText('The operator asked to cancel it, by page.').waitFor();

    await goTo('uploads?text=4711');
    await tabTo('Older', 'Shift+Tab');
    await press('Enter');
    await page.waitForURL(/after=/);
    await page.getByRole('link', { name: 'Newest' }).waitFor();
    await tabTo('Newest', 'Shift+Tab');
    await press('Enter');
    await page.waitForURL((url) => !url.search.includes('after='));
    await page.getByRole('link', { name: 'Newest' }).waitFor({ state: 'detached' });
    await tabTo('Log out');
    await press('Enter');
    await page.getByLabel('Key').waitFor();
  }
});
