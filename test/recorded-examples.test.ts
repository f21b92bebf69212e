import { readFile, writeFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import t from 'tap';
import { parse } from 'yaml';
import { type Examples, RECORDED_AT, recordExamples } from './recorded-examples.js';
import { startService } from './service.js';

const FILE = new URL('../src/plugins/openapi-examples.json', import.meta.url);

/** As `npm run examples` says it. */
const WRITES = process.env['WRITE_EXAMPLES'] === '1';

t.test('the examples in the contract are what a service answers', async (t) => {
  const began = Date.now();
  const service = await startService(t, {
    // One file after the other: their order at Zenodo is in the examples.
    env: { MAX_TRANSFERS_PER_USER: '1' },
    dependencies: { now: () => Date.now() - began + RECORDED_AT },
  });
  service.mock.clock.set(RECORDED_AT);
  const recorded = await recordExamples(service);
  if (WRITES) await writeFile(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
  const kept = JSON.parse(await readFile(FILE, 'utf8')) as Examples;
  t.same(recorded, kept, 'else: npm run examples, and look at what changed');
});

t.test('the examples give nothing away', async (t) => {
  const text = await readFile(FILE, 'utf8');
  t.notMatch(text, /zds_(?!EXAMPLE)|mock-(token|secret)|127\.0\.0\.1|localhost|Bearer /);
  t.notMatch(
    text,
    /[A-Za-z0-9_]{33,}|"code": "(?!EXAMPLE-CODE|[a-z_]+")/,
    'nothing that could be a token or a code',
  );
});

t.test('every example is what the contract says', { skip: WRITES }, async (t) => {
  const contract = parse(await readFile(new URL('../openapi.yaml', import.meta.url), 'utf8')) as {
    paths: Record<string, Record<string, Operation>>;
    components: { responses: Operation['responses']; examples: NonNullable<Media['examples']> };
  };
  const { responses: faults, examples: shared } = contract.components;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema(contract, 'contract');
  const check = (pointer: string[], { examples = {} }: Media) => {
    const path = pointer
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = ajv.compile({ $ref: `contract#/${path}/schema` });
    for (const [name, example] of Object.entries(examples)) {
      const [, , , key = ''] = example.$ref?.split('/') ?? [];
      const { value } = example.$ref === undefined ? example : (shared[key] ?? {});
      t.ok(validate(value), `${pointer.slice(1).join(' ')}: ${name}: ${ajv.errorsText(validate.errors)}`);
    }
  };
  for (const [name, { content = {} }] of Object.entries(faults)) {
    for (const [type, media] of Object.entries(content)) {
      check(['components', 'responses', name, 'content', type], media);
    }
  }
  const recorded = Object.keys(faults['BadRequest']?.content?.['application/problem+json']?.examples ?? {});
  t.ok(recorded.length > 5, 'the recorded faults of all calls stand together', { recorded });
  for (const [path, operations] of Object.entries(contract.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const here = ['paths', path, method];
      for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
        check([...here, 'requestBody', 'content', type], media);
        if (type === 'application/json' && operation.requestBody?.required) {
          t.ok(media.examples, `${operation.operationId} shows what is sent`);
        }
      }
      for (const [status, { content = {} }] of Object.entries(operation.responses)) {
        for (const [type, media] of Object.entries(content)) {
          check([...here, 'responses', status, 'content', type], media);
        }
      }
      const answers = Object.values(operation.responses).flatMap(
        ({ content }) => content?.['application/json'] ?? [],
      );
      const shown = answers.some(({ examples }) => examples !== undefined);
      t.ok(answers.length === 0 || shown, `${operation.operationId} shows an answer`);
    }
  }
});

interface Media {
  examples?: Record<string, { $ref?: string; value?: unknown }>;
}

interface Operation {
  operationId: string;
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
}
