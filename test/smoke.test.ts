import t from 'tap';
import { startService } from './service.js';

t.test('the service and its mock answer', async (t) => {
  const { url } = await startService(t);
  t.equal((await fetch(`${url}/readyz`)).status, 200);
  const missing = await fetch(`${url}/nowhere?secret=1`);
  t.equal(missing.status, 404);
  t.equal(((await missing.json()) as { code: string }).code, 'not_found');
});
