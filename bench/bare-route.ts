import Fastify from 'fastify';
import pg from 'pg';

/**
 * The cost of a route that only writes one row, and of its start: the yardstick for POST
 * /oauth/authorize and for the cold start.
 */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
await pool.query(
  'CREATE TABLE IF NOT EXISTS bench_rows (id bigserial PRIMARY KEY, container text, callback text)',
);

const app = Fastify();
app.post('/', async (request) => {
  const { container_id, django_callback_url } = request.body as Record<string, string>;
  const { rows } = await pool.query(
    'INSERT INTO bench_rows (container, callback) VALUES ($1, $2) RETURNING id',
    [container_id, django_callback_url],
  );
  return { id: rows[0].id };
});
app.get('/ready', async () => {
  await pool.query('SELECT 1');
  return { ready: true };
});
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
