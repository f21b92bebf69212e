import { randomBytes } from 'node:crypto';
import { AbstractStartedContainer, GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';

/** The port inside the container, as its Dockerfile has it. */
const PORT = 4000;

/**
 * The mock as a container of Testcontainers. `image` is the name under which it was built or
 * pulled. Options of the mock are given by `withEnvironment`, such as `{ MOCK_ZENODO_RATE_LIMIT:
 * 'zenodo' }`.
 */
export class MockZenodoContainer extends GenericContainer {
  readonly #controlToken = randomBytes(16).toString('hex');

  constructor(image: string) {
    super(image);
    this.withExposedPorts(PORT)
      .withEnvironment({ MOCK_ZENODO_CONTROL_TOKEN: this.#controlToken })
      .withWaitStrategy(Wait.forHttp('/healthz', PORT));
  }

  override async start(): Promise<StartedMockZenodoContainer> {
    return new StartedMockZenodoContainer(await super.start(), this.#controlToken);
  }
}

/** A mock that runs in a container. */
export class StartedMockZenodoContainer extends AbstractStartedContainer {
  /** The value that control calls from outside the container must send in `X-Control-Token`. */
  readonly controlToken: string;

  constructor(started: StartedTestContainer, controlToken: string) {
    super(started);
    this.controlToken = controlToken;
  }

  /** The address of the mock, without a slash at its end. */
  get url(): string {
    return `http://${this.getHost()}:${this.getMappedPort(PORT)}`;
  }

  /**
   * Makes a control call, such as `control('seed', { users: [{ username: 'ann' }] })` or
   * `control('reset', {})`: POST with a body, GET without. Returns the response. Throws an error
   * with its text if the call fails.
   */
  async control(call: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.url}/_mock/${call}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'X-Control-Token': this.controlToken, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`/_mock/${call} answers ${answer.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
