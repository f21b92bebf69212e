import type { FastifyRequest } from 'fastify';
import { request } from 'undici';

/** A call of the service to itself. */
export interface OwnCall {
  method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  token?: string;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: object | string;
}

/**
 * Makes a call as an application would, over a connection of its own, under the host name of the
 * visit.
 */
export async function callAsApplication(
  { socket, host }: FastifyRequest,
  path: string,
  { method = 'POST', token, headers = {}, body }: OwnCall,
): Promise<{ status: number; location: string; text: string }> {
  const { localAddress = '', localPort } = socket;
  const address = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
  const answer = await request(`http://${address}:${localPort}${path}`, {
    method,
    headers: {
      host,
      ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === 'object' ? JSON.stringify(body) : (body ?? null),
  });
  const { statusCode: status, headers: sent } = answer;
  return { status, location: String(sent['location'] ?? ''), text: await answer.body.text() };
}
