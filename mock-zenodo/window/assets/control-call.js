// @ts-check
/** Kept here alone: a reload forgets it. @type {string | null} */
let controlToken = null;

/** Sends a control token with all further calls. @param {string} token */
export function useToken(token) {
  controlToken = token;
}

/**
 * Makes a control call; throws what the mock says against it.
 * @param {string} call such as `POST /_mock/faults`
 * @param {string} [body] JSON
 */
export async function control(call, body) {
  const [method = 'GET', path = '/'] = call.split(' ');
  const headers = new Headers();
  if (controlToken !== null) headers.set('x-control-token', controlToken);
  if (body !== undefined) headers.set('content-type', 'application/json');
  const answer = await fetch(path, { method, headers, body: body ?? null });
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({ message: `${call} responded with ${answer.status}.` }));
  throw new Error([said.message, ...(said.details ?? [])].join(' '));
}
