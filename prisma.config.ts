import { defineConfig } from 'prisma/config';

/**
 * For Prisma's own command line only; the service itself takes the URL from src/config.ts and
 * applies migrations itself.
 */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://localhost/zenodo' },
});
