import { type OutgoingHttpHeaders, request } from 'node:http';
import fc from 'fast-check';
import type { Operation } from '../../src/openapi/operation.js';
import type { Exchange } from './answers.js';
import { DOCUMENT } from './documented.js';
import { bodyFor, queryFor } from './requests.js';
import type { ToldRoute } from './told-routes.js';

/** A request as it goes over the wire. */
export interface Wire {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | undefined;
}

/** What the paths can name, by the names of their parameters. */
export type Known = Readonly<Record<string, readonly string[]>>;

/** Sends exactly this, and reads the answer; of a stream, what comes first. */
export function send(origin: string, { method, path, headers, body }: Wire): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    // Node leaves it out where a body is not usual, and the body would be the next request.
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const asked = { hostname, port, path, method, headers: { ...headers, ...length }, agent: false };
    const question = request(asked, (answer) => {
      const { statusCode: status = 0, headers: told } = answer;
      const header = (name: string) => told[name]?.toString();
      const isStream = header('content-type') === 'text/event-stream';
      const chunks: Buffer[] = [];
      const end = () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ method, url: `${origin}${path}`, status, header, text });
      };
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (!isStream) return;
        end();
        question.destroy();
      });
      answer.on('end', end);
    });
    question.on('error', reject);
    question.end(body);
  });
}

/** A request to a route that is right, by the document's own examples. */
export function rightRequest({ path, method, operation }: ToldRoute, known: Known): Wire {
  const named = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => known[name]?.[0] ?? '');
  const example = operation.requestBody?.content['application/json'].example;
  return {
    method,
    path: named,
    headers: {},
    body: example === undefined ? undefined : JSON.stringify(example),
  };
}

/** Requests to a route: most are right, or nearly so. */
export function anyRequest({ path, method, operation }: ToldRoute, known: Known): fc.Arbitrary<Wire> {
  return fc
    .record({
      method: mostly(fc.constant(method), fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS')),
      path: pathsFor(path, known),
      query: mostly(queriesFor(operation), fc.constantFrom('?', '?%zz', '?a=1&a=2', '?=', '?limit[]=1')),
      headers: HEADERS,
      body: bodiesFor(operation),
    })
    .map(({ query, ...wire }) => ({ ...wire, path: wire.path + query }));
}

function mostly<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

/** Segments of dots are left out: they are another address. */
function pathsFor(path: string, known: Known): fc.Arbitrary<string> {
  const junk = fc.oneof(
    fc.string({ minLength: 1 }).map((text) => encodeURIComponent(text.replaceAll('.', '-'))),
    fc.constantFrom('%zz', '%00', '1a5', '1s7', 'a'.repeat(200), '%F0%9F%92%A9', '0a0', '9'.repeat(40)),
  );
  const parts = path.split('/').map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name === undefined ? fc.constant(part) : mostly(fc.constantFrom(...(known[name] ?? [])), junk);
  });
  return fc.tuple(...parts).map((all) => all.join('/'));
}

function queriesFor({ parameters = [] }: Operation): fc.Arbitrary<string> {
  const own = parameters.filter((parameter) => parameter.in === 'query');
  const properties = Object.fromEntries(own.map(({ name, schema }) => [name, schema]));
  if (own.length === 0) return fc.constant('');
  return queryFor({ properties }).map((query) => `?${new URLSearchParams(pairsOf(query)).toString()}`);
}

/** Nobody waits for longer than a second: what comes then is the same. */
function pairsOf(query: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, name === 'wait' && Number(one) <= 300 ? '1' : String(one)]),
  );
}

function bodiesFor({ requestBody }: Operation): fc.Arbitrary<string | undefined> {
  const to = requestBody?.content['application/json'].schema['$ref'];
  const name = typeof to === 'string' ? to.split('/').at(-1) : undefined;
  const named = DOCUMENT.components.schemas[name ?? ''];
  const broken = fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"a":1}',
    '\u0000',
    '{"docker_image":',
    'x'.repeat(70_000),
  );
  if (!named) return mostly<string | undefined>(fc.constant(undefined), broken);
  return mostly<string | undefined>(
    bodyFor(named).map((body) => JSON.stringify(body)),
    broken,
  );
}

const PRINTABLE = fc.stringMatching(/^[\x21-\x7e]{1,300}$/);

const HEADERS: fc.Arbitrary<OutgoingHttpHeaders> = fc.record(
  {
    accept: fc.constantFrom('*/*', 'application/json', 'application/x-ndjson', 'nothing'),
    'content-type': fc.constantFrom(
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      '!',
    ),
    'idempotency-key': fc.oneof(fc.constantFrom('a', 'b', 'c d', ''), PRINTABLE),
    'last-event-id': fc.constantFrom('0', '1', '999999999999999', '1000000000000000', '-1', 'x'),
    'x-request-id': PRINTABLE,
    'sec-fetch-site': fc.constantFrom('same-origin', 'same-origin', 'cross-site'),
    'x-forwarded-prefix': fc.constantFrom('/updater', '//evil', '/..'),
  },
  { requiredKeys: [] },
);
