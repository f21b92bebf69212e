import t from 'tap';
import { startMockZenodo } from '../mock-zenodo/index.js';

t.test('the mock answers', async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  t.equal((await fetch(`${mock.url}/nowhere`)).status, 404);
});
