import type { FastifyReply } from 'fastify';
import { html } from '../pages/html.js';

/**
 * A 302 as Zenodo's web application sends it: with a small page for browsers that do not follow
 * redirects.
 */
export function sendTo(reply: FastifyReply, location: string): FastifyReply {
  const body = html`<!doctype html>
<html lang=en>
<title>Redirecting...</title>
<h1>Redirecting...</h1>
<p>If nothing happens, go to <a href="${location}">${location}</a>.
`;
  return reply.code(302).headers({ location, 'content-type': 'text/html; charset=utf-8' }).send(body.markup);
}
