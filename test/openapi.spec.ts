import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sampleOf } from '../src/notify/sample.js';
import { webhookBody } from '../src/notify/webhook.body.js';
import { openApiDocument } from '../src/openapi/document.js';
import { noticeSchema } from '../src/openapi/notice-schema.js';
import { aChannel } from './fakes/channels.js';
import { aLine, aNotice, NOON } from './fakes/records.js';
import { assemble, routesOf } from './harness/assembled.js';
import { checkAnswers, type Exchange, holdToDocument, noteAnswer } from './harness/answers.js';
import { nameOf, TOLD_ROUTES } from './harness/told-routes.js';
import { DOCUMENT, mistakesIn, newAjv, undocumentedIn } from './harness/documented.js';

interface Example {
  readonly at: string;
  readonly schema: string;
  readonly value: unknown;
}

/** Every object in the document, with the way to it. */
function* objectsIn(value: unknown, pointer = ''): Generator<readonly [string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  yield [pointer, value as Record<string, unknown>];
  for (const [name, inner] of Object.entries(value)) {
    yield* objectsIn(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

/** Whatever stands beside a schema as an example of it. */
function examples(): readonly Example[] {
  return [...objectsIn(DOCUMENT)].flatMap(([at, { schema, example, examples: named }]) => {
    if (schema === undefined) return [];
    const all = Object.values((named ?? {}) as Record<string, { readonly $ref: string }>).map(({ $ref }) =>
      valueAt($ref),
    );
    const values = example === undefined ? all : [example, ...all];
    return values.map((value) => ({ at, schema: `${at}/schema`, value }));
  });
}

function valueAt(reference: string): unknown {
  const parts = reference.split('/').slice(1);
  const found = parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], DOCUMENT);
  return (found as { readonly value: unknown }).value;
}

describe('the OpenAPI document', () => {
  let served: readonly string[];

  beforeAll(async () => {
    const variables = {
      CATTLE_URL: 'http://rancher:8080/v1',
      CATTLE_ACCESS_KEY: 'access',
      CATTLE_SECRET_KEY: 'secret',
    };
    const all = routesOf(await assemble(variables));
    served = all.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  });

  it('is OpenAPI 3.1', () => {
    // Ajv does not resolve this dynamic reference, which stands for any JSON Schema.
    const text = readFileSync('test/schemas/openapi.json', 'utf8').replaceAll(
      '"$dynamicRef": "#meta"',
      '"$ref": "https://json-schema.org/draft/2020-12/schema"',
    );
    const schema = JSON.parse(text) as object;
    const isRight = newAjv().compile(schema);

    expect([isRight(DOCUMENT), isRight.errors]).toEqual([true, null]);
  });

  it('has every route that the service has, and no other', () => {
    const told = TOLD_ROUTES.map(nameOf);

    expect(told.toSorted()).toEqual([...served].toSorted());
  });

  it('has the parameters that the paths name', () => {
    for (const { path, operation } of TOLD_ROUTES) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const told = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');

      expect(told.map(({ name }) => name)).toEqual(named);
    }
  });

  it('has no parameter that OpenAPI tells readers to ignore', () => {
    const headers = TOLD_ROUTES.flatMap(({ operation: { parameters = [] } }) =>
      parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name.toLowerCase()),
    );

    expect(headers).toContain('idempotency-key');
    expect(headers.filter((name) => ['accept', 'content-type', 'authorization'].includes(name))).toEqual([]);
  });

  it('is the committed one: if not, npm run openapi', () => {
    expect(JSON.parse(readFileSync('docs/openapi.json', 'utf8'))).toEqual(DOCUMENT);
  });

  it('has the schema of notices, which is committed by itself too: if not, npm run openapi', () => {
    const committed = JSON.parse(readFileSync('docs/notice-v1.schema.json', 'utf8')) as object;

    expect(committed).toEqual(noticeSchema());
    expect(noticeSchema()).toMatchObject({
      required: Object.keys(DOCUMENT.components.schemas['Notice']?.['properties'] ?? {}),
      $defs: { NoticeRollout: { properties: { reason: { anyOf: [{ $ref: '#/$defs/NoticeReason' }, {}] } } } },
    });
  });

  it('tells what the webhook channel posts', () => {
    const sent = [sampleOf(aChannel(), 'n1', NOON), aNotice({ lines: [aLine()] })].map(webhookBody);

    expect(sent.flatMap((body) => mistakesIn(body, '/components/schemas/Notice'))).toEqual([]);
    expect(mistakesIn({ ...sent[0], kind: 'other' }, '/components/schemas/Notice')).toHaveLength(1);
  });

  it('leads from an accepted upgrade to what becomes of it', () => {
    for (const path of ['/upgrade', '/upgrades']) {
      const { links = {} } = DOCUMENT.paths[path]?.post?.responses[202] ?? {};
      const { operationId, parameters } = links['upgrade'] ?? {};
      const to = TOLD_ROUTES.find(({ operation }) => operation.operationId === operationId);

      expect(to).toMatchObject({ method: 'GET', path: '/upgrades/{id}' });
      expect(parameters).toEqual({ id: '$response.body#/id' });
      expect(DOCUMENT.components.schemas['Upgrade']).toHaveProperty('properties.id');
    }
  });

  it('names the gateway’s path as its server', () => {
    expect(openApiDocument('/updater').servers).toEqual([{ url: '/updater' }]);
    expect(DOCUMENT.servers).toEqual([{ url: '/' }]);
  });

  it('refers to nothing that it does not have', () => {
    const names = [...objectsIn(DOCUMENT)].flatMap(([, { $ref }]) =>
      typeof $ref === 'string' ? [$ref] : [],
    );
    const pointers = new Set([...objectsIn(DOCUMENT)].map(([pointer]) => `#${pointer}`));

    expect(names.filter((name) => !pointers.has(name))).toEqual([]);
  });

  it('has schemas that are all used', () => {
    const text = JSON.stringify(DOCUMENT);
    const unused = Object.keys(DOCUMENT.components.schemas).filter(
      (name) => !text.includes(`"#/components/schemas/${name}"`) && !text.includes(`\`${name}\``),
    );

    expect(unused).toEqual([]);
  });

  it('has examples that keep to their schemas', () => {
    const wrong = examples().flatMap(({ at, schema, value }) =>
      mistakesIn(value, schema).map((mistake) => `${at}: ${mistake}`),
    );

    expect(examples().length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });

  it('has an example of every answer in JSON that is not a refusal, and of every body', () => {
    const { paths, webhooks } = DOCUMENT;
    const without = [...objectsIn({ paths, webhooks })].filter(
      ([at, { schema, example, examples: named }]) =>
        at.includes('application~1json') &&
        !at.endsWith('/example') &&
        schema !== undefined &&
        example === undefined &&
        named === undefined,
    );

    expect(without.map(([at]) => at)).toEqual([]);
  });
});

function asJson(name: string): string | undefined {
  return name === 'content-type' ? 'application/json; charset=utf-8' : undefined;
}

function challenging(name: string): string | undefined {
  return name === 'www-authenticate' ? 'Gateway' : asJson(name);
}

describe('the check of answers', () => {
  const PING: Exchange = {
    method: 'GET',
    url: 'http://127.0.0.1/ping',
    status: 200,
    header: (name) => (name === 'content-type' ? 'text/plain' : undefined),
    text: 'Pong!',
  };
  const VERSION: Exchange = { ...PING, url: 'http://127.0.0.1/version', header: asJson, text: '' };

  it.each<[string, Exchange]>([
    ['the answer of a route', PING],
    ['a body that keeps to its schema', { ...VERSION, text: '{"version":"1.0.0","node":"24"}' }],
    [
      'a refusal',
      {
        ...VERSION,
        status: 401,
        header: challenging,
        text: '{"code":"request.unidentified","message":"Nobody"}',
      },
    ],
    [
      'an address at which there is nothing',
      {
        ...VERSION,
        url: 'http://127.0.0.1/no',
        status: 404,
        text: '{"code":"request.not_found","message":""}',
      },
    ],
    ['an answer without a body', { ...VERSION, method: 'HEAD' }],
  ])('lets pass %s', (_, exchange) => {
    expect(undocumentedIn(exchange)).toEqual([]);
  });

  it.each<[string, Exchange, string]>([
    ['a status', { ...PING, status: 418 }, 'the status 418 is not documented'],
    ['a type', { ...PING, header: asJson }, 'the type application/json is not documented'],
    ['a missing body', { ...PING, text: '' }, 'there is no body'],
    ['a missing field', { ...VERSION, text: '{"version":"1.0.0"}' }, "must have required property 'node'"],
    ['another field', { ...VERSION, text: '{"version":"","node":"","x":1}' }, 'must NOT have additional'],
    ['another type of a field', { ...VERSION, text: '{"version":1,"node":""}' }, 'must be string'],
    [
      'a code of other routes',
      { ...VERSION, status: 401, text: '{"code":"request.timeout","message":""}' },
      'must be equal to one of the allowed values',
    ],
    [
      'a missing header',
      { ...VERSION, method: 'PUT', status: 405, text: '{"code":"request.method_not_allowed","message":""}' },
      'no Allow',
    ],
  ])('would see %s', (_, exchange, problem) => {
    expect(undocumentedIn(exchange).join('; ')).toContain(problem);
  });

  it('is made of all that services under test have answered, once they are over', async () => {
    holdToDocument('http://127.0.0.1');
    noteAnswer(PING);
    await checkAnswers();
    noteAnswer({ ...PING, status: 418 });
    noteAnswer({ ...PING, url: 'http://127.0.0.2/ping', status: 418 });

    await expect(checkAnswers()).rejects.toThrow(
      '418 is not documented: GET http://127.0.0.1/ping 418 Pong!',
    );
    await checkAnswers();
  });
});
