import { Type } from 'typebox';
import { ConsentSchema } from '../consent.js';
import { type Fault, FaultSchema, type FaultState, FaultStateSchema } from '../faults/fault.js';
import { NAMED_FAULTS } from '../faults/named.js';
import { JournalEntrySchema, JournalFilterSchema } from '../journal.js';
import { ClockSchema, type Controls, RemovalSchema } from './controls.js';
import { operation } from './operation.js';
import { SeedSchema } from './seed-schema.js';
import { SnapshotSchema } from './snapshot.js';
import { SeededSchema, StateSchema } from './state-schema.js';

const closed = { additionalProperties: false };
const OfUser = Type.Object(
  { user: Type.Optional(Type.String({ description: 'Username. Default: everything.' })) },
  closed,
);
const Reset = Type.Object(
  {
    ...OfUser.properties,
    keepIds: Type.Optional(
      Type.Boolean({ description: 'Continue to count ids. Default: the option `keepIds`.' }),
    ),
  },
  closed,
);
const OfToken = Type.Object(
  {
    user: Type.Optional(Type.String({ description: 'All tokens of this username.' })),
    token: Type.Optional(Type.String({ description: 'This access or refresh token.' })),
  },
  closed,
);
const Count = Type.Object({ count: Type.Integer({ description: 'Number of tokens.' }) });
const Time = Type.Object({
  now: Type.String({ description: "The mock's time, ISO 8601." }),
  milliseconds: Type.Number(),
});
const FaultOrders = Type.Union([FaultSchema, Type.Array(FaultSchema)]);
const Waiting = Type.Object(
  {
    ...JournalFilterSchema.properties,
    count: Type.Optional(Type.Integer({ minimum: 1, description: 'Wait until this many requests match.' })),
    wait: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 300,
        description: 'Longest time to wait in real seconds. Default: 5.',
      }),
    ),
  },
  closed,
);
const NamedFaults = Type.Array(
  Type.Object({ name: Type.String(), says: Type.String(), source: Type.String(), fault: FaultSchema }),
);

/** All calls of the control API: their inputs, their responses and what they do. */
export function controlOperations(controls: Controls) {
  const time = () => ({
    now: controls.clock.now().toISOString(),
    milliseconds: controls.clock.now().getTime(),
  });
  return [
    operation(
      'POST',
      '/reset',
      'Reset the mock, or the data of one user',
      { body: Reset, status: 204 },
      ({ body: { user, ...options } }) => controls.reset(user, options),
    ),
    operation(
      'POST',
      '/seed',
      'Add users, apps, tokens, communities, depositions',
      { body: SeedSchema, status: 201, answer: SeededSchema },
      ({ body }) => controls.seed(body),
    ),
    operation(
      'POST',
      '/records/remove',
      'Remove a published record as Zenodo staff would, and leave a tombstone',
      {
        body: Type.Object({ id: Type.Integer({ minimum: 1 }), ...RemovalSchema.properties }, closed),
        status: 204,
      },
      ({ body: { id, ...removal } }) => controls.records.remove(id, removal),
    ),
    operation(
      'GET',
      '/state',
      'Get the state of the mock, or the data of one user',
      { query: OfUser, answer: StateSchema },
      ({ query }) => controls.state(query.user),
    ),
    operation(
      'GET',
      '/export',
      'Export the whole state as one document',
      {
        query: Type.Object(
          {
            files: Type.Optional(
              Type.Boolean({ description: 'Include the bytes of files. Use it for small files only.' }),
            ),
          },
          closed,
        ),
        answer: SnapshotSchema,
      },
      ({ query }) => controls.export({ files: query.files ?? false }),
    ),
    operation(
      'POST',
      '/import',
      'Replace the whole state. Faults, the journal and how consent is given stay',
      { body: SnapshotSchema, status: 204 },
      ({ body }) => controls.import(body),
    ),
    operation('GET', '/clock', "Get the mock's time", { answer: Time }, time),
    operation(
      'POST',
      '/clock',
      "Set or move the mock's time",
      { body: ClockSchema, answer: Time },
      ({ body }) => {
        controls.clock.change(body);
        return time();
      },
    ),
    operation(
      'POST',
      '/faults',
      'Add a fault, or a list of faults',
      {
        body: FaultOrders,
        status: 201,
        answer: Type.Union([FaultStateSchema, Type.Array(FaultStateSchema)]),
      },
      ({ body }) => (Array.isArray(body) ? addAll(controls, body) : controls.faults.add(body)),
    ),
    operation('GET', '/faults', 'List active faults', { answer: Type.Array(FaultStateSchema) }, () =>
      controls.faults.list(),
    ),
    operation('GET', '/faults/names', 'List named faults', { answer: NamedFaults }, () => NAMED_FAULTS),
    operation('DELETE', '/faults', 'Remove all faults', { status: 204 }, () => controls.faults.clear()),
    operation(
      'GET',
      '/requests',
      'List requests, oldest first. With `count`, wait for that many',
      {
        query: Waiting,
        answer: Type.Array(JournalEntrySchema),
      },
      ({ query: { count, wait, ...filter } }) =>
        count === undefined ? controls.requests.list(filter) : controls.requests.waitFor(filter, count, wait),
    ),
    operation('DELETE', '/requests', 'Clear the journal of requests', { status: 204 }, () =>
      controls.requests.clear(),
    ),
    operation('GET', '/consent', 'Get how consent is decided', { answer: ConsentSchema }, () =>
      controls.consent.get(),
    ),
    operation(
      'POST',
      '/consent',
      'Set how consent is decided',
      { body: Type.Partial(ConsentSchema, closed), answer: ConsentSchema },
      ({ body }) => controls.consent.set(body),
    ),
    operation(
      'POST',
      '/tokens/expire',
      'Make access tokens expire',
      { body: OfToken, answer: Count },
      ({ body }) => ({
        count: controls.tokens.expire(body),
      }),
    ),
    operation('POST', '/tokens/revoke', 'Delete tokens', { body: OfToken, answer: Count }, ({ body }) => ({
      count: controls.tokens.revoke(body),
    })),
  ];
}

/** Adds all faults, or none if one of them is not valid. */
function addAll({ faults }: Controls, orders: Fault[]): FaultState[] {
  const added: FaultState[] = [];
  try {
    for (const order of orders) added.push(faults.add(order));
    return added;
  } catch (error) {
    for (const { id } of added) faults.remove(id);
    throw error;
  }
}
