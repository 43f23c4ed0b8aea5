import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  type BeforeApplicationShutdown,
  Controller,
  type DynamicModule,
  Get,
  HttpCode,
  Injectable,
  Module,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Max } from 'class-validator';
import { ask, type Answer } from '../../test/fakes/ask.js';
import { CommonModule } from '../common/common.module.js';
import { UpdaterError } from '../common/errors.js';
import { ConfigModule } from '../config/config.module.js';
import type { Origin } from '../domain/caller.js';
import { createHttpApplication } from './application.js';
import { BODY_LIMIT } from './bodies/json-body.js';
import { RequestOrigin } from './caller.js';
import { HttpModule } from './http.module.js';
import { Stopping } from './stopping.js';

class Order {
  @IsString() readonly dish: string | undefined = undefined;
  @IsOptional() @IsBoolean() readonly hot: boolean = false;
  @IsOptional() @IsInt() @Max(9) readonly count: number = 1;
}

class Filter {
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => Number(value))
  @IsInt()
  readonly count: number = 0;
}

@Controller()
class KitchenController {
  readonly entered = new AbortController();

  constructor(private readonly stopping: Stopping) {}

  @Post('orders')
  @HttpCode(202)
  order(@Body() order: Order, @RequestOrigin() { requestId }: Origin) {
    return { order, id: requestId };
  }

  @Post('bell')
  ring() {
    return { rung: true };
  }

  @Get('orders')
  list(@Query() filter: Filter) {
    return { count: filter.count };
  }

  @Get('orders/:id')
  find(@Param('id') id: string) {
    if (id === 'none') throw new UpdaterError('request.not_found', 'there is no order "none"');
    if (id === 'eaten') throw new UpdaterError('request.conflict', 'somebody has eaten it');
    if (id === 'burnt') throw new Error('the oven said s3cr3t');
    if (id === 'away')
      throw new UpdaterError('store.unavailable', 'The store is away', { retryAfterMs: 1500 });
    return { id };
  }

  @Get('wait')
  async wait() {
    this.entered.abort();
    if (!this.stopping.signal.aborted) await once(this.stopping.signal, 'abort');
    return { answered: true };
  }
}

/** Keeps the application from closing until it is let go. */
@Injectable()
class LastGuest implements BeforeApplicationShutdown {
  readonly asked = new AbortController();
  readonly leaves = new AbortController();

  async beforeApplicationShutdown() {
    this.asked.abort();
    if (!this.leaves.signal.aborted) await once(this.leaves.signal, 'abort');
  }
}

@Module({ imports: [HttpModule], controllers: [KitchenController], providers: [LastGuest] })
class KitchenModule {}

function kitchen(output: string[]): DynamicModule {
  return {
    module: KitchenModule,
    imports: [
      ConfigModule.forRoot({ AUTOUPDATE_LOG_LEVEL: 'debug', AUTOUPDATE_LOG_FORMAT: 'json' }),
      CommonModule.forRoot({ output: { write: (line) => output.push(line) } }),
    ],
  };
}

describe(createHttpApplication.name, () => {
  let app: NestFastifyApplication;
  let url: string;
  let lines: string[];

  beforeEach(async () => {
    lines = [];
    app = await createHttpApplication(kitchen(lines));
    await app.listen({ port: 0, host: '127.0.0.1' });
    url = await app.getUrl();
  });

  afterEach(stop);

  async function stop(): Promise<void> {
    app.get(LastGuest).leaves.abort();
    await app.close();
  }

  function order(body: string | Buffer, headers = {}): Promise<Answer> {
    return ask(`${url}/orders`, { method: 'POST', body, headers });
  }

  function logged(message: string): unknown[] {
    return lines.map((line) => JSON.parse(line)).filter((line) => line.message === message);
  }

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; charset=latin1',
    'application/octet-stream',
    'application/xml',
    'application/json, text/plain',
    '*/*',
    'json',
    ';;;',
    '',
    undefined,
  ])('takes a JSON body whatever its type: %j', async (type) => {
    const answer = await order('{"dish":"soup"}', type === undefined ? {} : { 'content-type': type });

    expect(answer).toMatchObject({ status: 202, json: { order: { dish: 'soup', hot: false, count: 1 } } });
  });

  it('takes a body that begins with a byte order mark', async () => {
    expect(await order('\ufeff{"dish":"soup"}')).toMatchObject({ status: 202 });
  });

  it('takes a request without a body where none is needed, whatever its type', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': 0 };

    expect(await ask(`${url}/bell`, { method: 'POST', headers })).toMatchObject({ status: 201 });
  });

  const notJson = 'The body is not JSON: ';
  const notObject = 'The body must be a JSON object';
  const bad: readonly (readonly [string | Buffer, string])[] = [
    ['', 'There is no body; send a JSON object'],
    [' \n', 'The body is empty; send a JSON object'],
    ['[]', notObject],
    ['[{"dish":"soup"}]', notObject],
    ['null', notObject],
    ['"soup"', notObject],
    ['1', notObject],
    ['true', notObject],
    ['{', notJson],
    ['{"dish":"soup"', notJson],
    ['{"dish":"soup"}}', notJson],
    ["{'dish':'soup'}", notJson],
    ['dish=soup', notJson],
    ['{"dish":undefined}', notJson],
    ['<dish>soup</dish>', notJson],
    ['NaN', notJson],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'The body is not UTF-8 text'],
    [`{"side":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 'The body is nested too deeply'],
    [`{"side":${'{"side":'.repeat(3_000)}1${'}'.repeat(3_000)}}`, 'The body is nested too deeply'],
    ['{}', 'dish must be a string'],
    ['{"dish":null}', 'dish must be a string'],
    ['{"dish":1}', 'dish must be a string'],
    ['{"dish":["soup"]}', 'dish must be a string'],
    ['{"dish":"soup","hot":"false"}', 'hot must be a boolean value'],
    ['{"dish":"soup","hot":0}', 'hot must be a boolean value'],
    ['{"dish":"soup","count":"1"}', 'count must not be greater than 9; count must be an integer number'],
    ['{"dish":"soup","count":1.5}', 'count must be an integer number'],
    ['{"dish":"soup","count":1e400}', 'count must not be greater than 9; count must be an integer number'],
    ['{"dish":"soup","salt":1}', 'salt is not a known field'],
    ['{"dish":"soup","hot":{"yes":1}}', 'hot must be a boolean value'],
    ['{"dish":"soup","hot":[true]}', 'hot must be a boolean value'],
    ['{"dish":"soup","__proto__":{"hot":true}}', '__proto__ is not a known field'],
    ['{"dish":"soup","constructor":{"name":"Order"}}', 'constructor is not a known field'],
    ['{"dish":"soup","toString":1}', 'toString is not a known field'],
    ['{"dish":{"constructor":1}}', 'dish must be a string'],
    [
      '{"dish":"soup","labels":{"constructor":1},"foo":1,"toString":1}',
      'labels is not a known field; foo is not a known field; toString is not a known field',
    ],
  ];
  it.each(bad.map(([body, message]) => ({ title: String(body).slice(0, 50), body, message })))(
    'refuses the body $title',
    async ({ body, message }) => {
      const answer = await order(body);

      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({
        code: 'request.invalid',
        message: expect.stringContaining(message),
      });
    },
  );

  it('names every field that is wrong', async () => {
    const answer = await order('{"hot":"yes","salt":1}');

    expect(answer.json).toEqual({
      code: 'request.invalid',
      message: 'salt is not a known field; dish must be a string; hot must be a boolean value',
      fields: [
        { field: 'salt', message: 'is not a known field' },
        { field: 'dish', message: 'must be a string' },
        { field: 'hot', message: 'must be a boolean value' },
      ],
    });
  });

  it('converts in a query what its class says', async () => {
    expect(await ask(`${url}/orders?count=3`)).toMatchObject({ status: 200, json: { count: 3 } });
    expect(await ask(`${url}/orders?count=x`)).toMatchObject({ status: 400 });
    expect(await ask(`${url}/orders?salt=1`)).toMatchObject({
      status: 400,
      json: { code: 'request.invalid' },
    });
  });

  it.each(['constructor', 'toString', '__proto__'])(
    'refuses in a query a name that every object has: %s',
    async (name) => {
      expect(await ask(`${url}/orders?${name}=1`)).toMatchObject({
        status: 400,
        json: { fields: [{ field: name, message: 'is not a known field' }] },
      });
    },
  );

  it('takes a body of 64 KiB and no larger one', async () => {
    const empty = '{"dish":""}'.length;
    const largest = `{"dish":"${'x'.repeat(BODY_LIMIT - empty)}"}`;

    expect(await order(largest)).toMatchObject({ status: 202 });
    expect(await order(`${largest} `)).toMatchObject({
      status: 413,
      json: { code: 'request.too_large', message: 'The body is larger than 65536 bytes' },
    });
  });

  it('counts a body that comes in chunks', async () => {
    const chunked = { 'transfer-encoding': 'chunked' };

    expect(await order('{"dish":"soup"}', chunked)).toMatchObject({ status: 202 });
    expect(await order('', chunked)).toMatchObject({ status: 400, json: { code: 'request.invalid' } });
    expect(await order('x'.repeat(BODY_LIMIT + 1), chunked)).toMatchObject({ status: 413 });
  });

  it.each([
    {},
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' },
    { origin: 'http://updater.acme.io' },
    { origin: 'https://updater.acme.io' },
  ])('lets programs and its own pages in: %j', async (headers) => {
    const answer = await order('{"dish":"soup"}', { host: 'updater.acme.io', ...headers });

    expect(answer.status).toBe(202);
  });

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'whatever' },
    { 'sec-fetch-site': 'cross-site', origin: 'http://updater.acme.io' },
    { origin: 'http://updater.acme.io:8080' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'rubbish' },
  ])('lets no web page of another site in: %j', async (headers) => {
    const answer = await order('{"dish":"soup"}', { host: 'updater.acme.io', ...headers });

    expect(answer).toMatchObject({ status: 403, json: { code: 'request.cross_site' } });
  });

  it('lets a web page of another site look', async () => {
    expect(await ask(`${url}/orders`, { headers: { 'sec-fetch-site': 'cross-site' } })).toMatchObject({
      status: 200,
    });
  });

  it.each(['ci-42', '!', 'x'.repeat(128)])('keeps the request id %j', async (id) => {
    const answer = await order('{"dish":"soup"}', { 'x-request-id': id });

    expect(answer.json).toMatchObject({ id });
    expect(answer.headers['x-request-id']).toBe(id);
  });

  it.each(['', 'x'.repeat(129), 'a b', 'käse', ['a', 'b']])(
    'makes its own request id instead of %j',
    async (id) => {
      const answer = await order('{"dish":"soup"}', { 'x-request-id': id });

      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.json).toMatchObject({ id: answer.headers['x-request-id'] });
    },
  );

  it.each([
    ['POST', '/nothing', 404, {}],
    ['GET', '/', 404, {}],
    ['GET', '/orders/1/2', 404, {}],
    ['GET', '/%zz', 400, {}],
    ['POST', '/orders', 403, { 'sec-fetch-site': 'cross-site' }],
    ['POST', '/orders', 413, { 'content-length': 1e6 }],
  ])('answers %s %s with %i and the request id', async (method, path, status, headers) => {
    const answer = await ask(url + path, { method, headers: { 'x-request-id': 'mine', ...headers } });

    expect(answer.status).toBe(status);
    expect(answer.headers['x-request-id']).toBe('mine');
    expect(answer.json).toEqual({ code: expect.stringMatching(/^request\./), message: expect.any(String) });
  });

  it.each([
    ['DELETE', '/orders', 'GET, HEAD, POST'],
    ['PUT', '/orders/7?x', 'GET, HEAD'],
    ['GET', '/bell/', 'POST'],
  ])('answers %s %s with the methods that it takes', async (method, path, allowed) => {
    const answer = await ask(url + path, { method });

    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe(allowed);
    expect(answer.json).toMatchObject({ code: 'request.method_not_allowed' });
  });

  it('answers a foreseen failure with its code and when to come again', async () => {
    const answer = await ask(`${url}/orders/away`);

    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('2');
    expect(answer.json).toEqual({ code: 'store.unavailable', message: 'The store is away' });
  });

  it('hides a bug from the caller and tells the log, once', async () => {
    const answer = await ask(`${url}/orders/burnt`, { headers: { 'x-request-id': 'r7' } });

    expect(answer.status).toBe(500);
    expect(answer.json).toMatchObject({ code: 'internal.error', message: expect.stringContaining('r7') });
    expect(answer.text).not.toContain('s3cr3t');
    expect(logged('a request failed unexpectedly')).toEqual([
      expect.objectContaining({
        level: 'error',
        request: 'r7',
        error: expect.stringContaining('at KitchenController'),
      }),
    ]);
  });

  it('logs each request without its query, quietly when it only reads', async () => {
    await order('{"dish":"soup"}', { 'x-request-id': 'w' });
    await ask(`${url}/orders?count=3`, { headers: { 'x-request-id': 'r' } });
    await stop();

    expect(logged('request answered')).toEqual([
      expect.objectContaining({ level: 'info', request: 'w', method: 'POST', path: '/orders', status: 202 }),
      expect.objectContaining({ level: 'debug', request: 'r', method: 'GET', path: '/orders', status: 200 }),
    ]);
  });

  const NOT_JSON = /^The body is not JSON: /;
  const WRONG = 'x-y is not a known field; dish must be a string';

  it.each([
    ['request.invalid', 400, '/orders', WRONG, ['x-y', 'dish'], '{"dish":7,"x-y":"hush"}'],
    ['request.invalid', 400, '/orders', expect.stringMatching(NOT_JSON), undefined, '{"dish":"hush'],
    ['request.invalid', 400, '/orders', expect.stringMatching(/JSON: .*"…"/), undefined, 'hush'],
    ['request.too_large', 413, '/orders', expect.any(String), undefined, ' '.repeat(BODY_LIMIT + 1)],
    ['request.not_found', 404, '/orders/none', 'there is no order "…"', undefined, undefined],
    ['request.conflict', 409, '/orders/eaten', 'somebody has eaten it', undefined, undefined],
    ['request.not_found', 404, '/nowhere', 'There is nothing at /nowhere', undefined, undefined],
  ])(
    'logs with %s (%i, %s) what is wrong, and no value',
    async (code, status, path, reason, fields, body) => {
      await ask(`${url}${path}`, body === undefined ? {} : { method: 'POST', body });
      await stop();

      expect(logged('request answered')).toEqual([
        expect.objectContaining({ path, status, code, reason, ...(fields && { fields }) }),
      ]);
      expect(lines.join('')).not.toContain('hush');
    },
  );

  it('warns of what it refuses from a web page of another site', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'x-request-id': 'evil' };
    await ask(`${url}/orders?dish=soup`, { method: 'POST', body: '{"dish":"soup"}', headers });
    await stop();

    expect(logged('request answered')).toEqual([
      expect.objectContaining({
        level: 'warn',
        request: 'evil',
        method: 'POST',
        path: '/orders',
        status: 403,
        code: 'request.cross_site',
        reason: expect.stringContaining('other sites'),
      }),
    ]);
  });

  it('takes a caller that goes away in the middle of its body for no bug of ours', async () => {
    const caller = connect(Number(new URL(url).port), '127.0.0.1');
    const headers = ['host: x', 'content-length: 100', 'x-request-id: gone', 'expect: 100-continue'];
    caller.write(`POST /orders HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n{"dish":`);
    await once(caller, 'data');
    caller.destroy();
    await stop();

    expect(logged('request broken off')).toEqual([expect.objectContaining({ request: 'gone' })]);
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  it('keeps callers that ask and do not read in bounds', async () => {
    const caller = connect(Number(new URL(url).port), '127.0.0.1');
    caller.write('GET /wait HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(200));

    expect(await text(caller)).toBe('');
    expect(app.getHttpServer()).toMatchObject({ timeout: 30_000, maxConnections: 4000 });
  });

  describe('while it stops', () => {
    it('refuses new work, goes on answering questions, and answers who waits', async () => {
      const waiting = ask(`${url}/wait`);
      await once(app.get(KitchenController).entered.signal, 'abort');
      const closed = app.close();
      await once(app.get(LastGuest).asked.signal, 'abort');

      const refused = await order('{"dish":"soup"}');
      const answered = await ask(`${url}/orders`);
      app.get(LastGuest).leaves.abort();
      await closed;

      expect(refused).toMatchObject({ status: 503, json: { code: 'service.stopping' } });
      expect(refused.headers.connection).toBe('close');
      expect(logged('request answered')).toContainEqual(
        expect.objectContaining({ method: 'POST', path: '/orders', status: 503 }),
      );
      expect(answered).toMatchObject({ status: 200, headers: { connection: 'close' } });
      expect(await waiting).toMatchObject({
        status: 200,
        headers: { connection: 'close' },
        json: { answered: true },
      });
    });

    it('is not held up by a connection that nobody uses', async () => {
      const idle = connect(Number(new URL(url).port), '127.0.0.1');
      await once(idle, 'connect');
      app.get(LastGuest).leaves.abort();

      await app.close();

      expect(await text(idle)).toBe('');
    });
  });
});
