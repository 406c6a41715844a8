// A gateway for working on the pages: serves the API of docs from memory, and web/dist if it is
// built. No authority on anything: the real gateway is.
//
//   node mock/server.mjs [--port 8801] [--scenario fresh|empty|ready|full] [--quick]
//
// Sign in as alice, bob (second factor 123456) or vera, password "correct horse battery"; the
// set-up code is open-sesame. Domains whose names hold "clear", "relaxed", "expired" or "slow"
// behave so; "gone" is not found.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { operations } from './operations.mjs';
import { Refusal } from './refusal.mjs';
import { makeWorld } from './world.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

function sendFile(request, response, path) {
  const wanted = join(dist, normalize(path));
  const file =
    extname(path) && wanted.startsWith(dist) && existsSync(wanted) ? wanted : join(dist, 'index.html');
  response.writeHead(200, {
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': policy,
  });
  createReadStream(file).pipe(response);
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? undefined : JSON.parse(text);
}

function find(method, path) {
  const given = path.split('/').filter(Boolean);
  for (const [pattern, run] of operations) {
    const [wantedMethod, wantedPath] = pattern.split(' ');
    const wanted = wantedPath.split('/').filter(Boolean);
    if (wantedMethod !== method || wanted.length !== given.length) continue;
    const parameters = {};
    if (
      wanted.every((part, n) =>
        part[0] === ':'
          ? ((parameters[part.slice(1)] = decodeURIComponent(given[n])), true)
          : part === given[n],
      )
    )
      return { run, parameters };
  }
  return null;
}

export function startMock({ port = 0, scenario = 'full', quick = false } = {}) {
  const world = makeWorld(scenario);
  world.pace = quick ? 0.05 : 1;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://mock');
    if (!url.pathname.startsWith('/api/v1/')) return sendFile(request, response, url.pathname);
    try {
      const found = find(request.method, url.pathname.slice('/api/v1'.length));
      if (!found) throw new Refusal(404, 'not-found', `There is no ${request.method} ${url.pathname}.`);
      const session = /postern-session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
      const call = {
        world,
        request,
        response,
        query: Object.fromEntries(url.searchParams),
        body: await bodyOf(request),
        user: world.users.find(({ name }) => name === session),
        ...found.parameters,
      };
      const open =
        url.pathname === '/api/v1/setup' || (request.method === 'POST' && url.pathname === '/api/v1/session');
      if (!open && !call.user) throw new Refusal(401, 'not-signed-in', 'Sign in first.');
      if (!open && request.method !== 'GET' && request.headers['x-csrf-token'] !== 'mock-csrf')
        throw new Refusal(403, 'csrf', 'The CSRF token is missing.');
      const reply = await found.run(call);
      if (response.headersSent) return;
      await new Promise((resolve) => setTimeout(resolve, 60 * world.pace));
      const status = call.status ?? (reply === undefined ? 204 : 200);
      response.writeHead(status, reply === undefined ? {} : { 'Content-Type': 'application/json' });
      response.end(reply === undefined ? undefined : JSON.stringify(reply));
    } catch (error) {
      const refusal =
        error instanceof Refusal ? error : new Refusal(500, 'internal', String(error?.stack ?? error));
      response.writeHead(refusal.status, { 'Content-Type': 'application/problem+json' });
      response.end(
        JSON.stringify({
          type: `urn:postern:problem:${refusal.code}`,
          title: refusal.code,
          status: refusal.status,
          detail: refusal.message,
          code: refusal.code,
          errors: refusal.errors,
        }),
      );
    }
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      const stop = () =>
        new Promise((done) => {
          for (const stream of world.streams) stream.response.end();
          server.close(done);
          server.closeAllConnections();
        });
      resolve({ port: server.address().port, world, stop });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, otherwise) => {
    const n = process.argv.indexOf(name);
    return n < 0 ? otherwise : process.argv[n + 1];
  };
  const { port } = await startMock({
    port: Number(option('--port', 8801)),
    scenario: option('--scenario', 'full'),
    quick: process.argv.includes('--quick'),
  });
  console.log(`http://127.0.0.1:${port}`);
}
