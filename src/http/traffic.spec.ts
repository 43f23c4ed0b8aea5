import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { ask } from '../../test/fakes/ask.js';
import { EchoApp } from '../../test/fakes/echo-app.js';
import { type Answered, Traffic } from './traffic.js';

describe(Traffic.name, () => {
  let app: EchoApp;
  let told: Answered[];

  beforeAll(async () => {
    app = await EchoApp.start();
    app.traffic.answered$.subscribe((answered) => told.push(answered));
  });

  beforeEach(() => {
    told = [];
  });

  afterAll(() => app.close());

  it.each([
    ['GET', '/echo?ms=0', 'GET', '/echo', '200'],
    ['GET', '/echo/', 'GET', '/echo', '200'],
    ['GET', '/health/live', 'GET', '/health/live', '200'],
    ['POST', '/echo', 'POST', '/echo', '400'],
    ['GET', '/wp-login.php', 'GET', 'none', '404'],
    ['DELETE', '/echo', 'DELETE', 'none', '405'],
    ['PROPFIND', '/echo', 'other', 'none', '405'],
  ])('tells of %s %s by few words', async (method, path, word, route, status) => {
    const next = firstValueFrom(app.traffic.answered$);
    await ask(app.url + path, { method });
    await next;

    expect(told).toEqual([{ method: word, route, status, seconds: expect.any(Number) }]);
  });

  it('tells of who goes away before the answer', async () => {
    const next = firstValueFrom(app.traffic.answered$);
    const headers = { expect: '100-continue' };
    const question = request(`${app.url}/echo?ms=500`, { agent: false, headers });
    question.on('error', () => undefined).end();
    await once(question, 'continue');
    question.destroy();

    expect(await next).toMatchObject({ method: 'GET', route: '/echo', status: 'none' });
  });
});
