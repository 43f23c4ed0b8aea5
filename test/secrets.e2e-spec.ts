import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '../simulator/faults/faults.js';
import { answering, hangingUp, Receiver } from './fakes/receiver.js';
import { type Ended, Program } from './harness/program.js';
import { EMPTY_FLEET, World } from './harness/world.js';

const ACCESS = 'ACCESS7Q2X/key+1';
const SECRET = 'sEcReT&<of> the "key"';
const HOOK = '/services/T0/B0/hook-4711';
/** Nobody listens there. */
const CHANNEL = 'http://127.0.0.1:9/flow-0815';
const SIGNING = 'signing "secret" 0815';
const CHANNELS = JSON.stringify([{ name: 'audit', kind: 'webhook', url: CHANNEL, secret: SIGNING }]);

/** Each in a way that it could come out: as it is, as JSON, in a URL, in the header that carries it. */
const FORMS = [ACCESS, SECRET, HOOK, CHANNEL, SIGNING].flatMap((secret) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
]);
const BASIC = Buffer.from(`${ACCESS}:${SECRET}`).toString('base64');
const HIDDEN = [...new Set([...FORMS, BASIC, 'hook-4711', 'flow-0815'])];

/** What goes wrong with one service each, some of it repeating to us what it was told. */
const FAULTS: readonly Fault[] = [
  { kind: 'server-error', action: 'upgrade' },
  { kind: 'server-error', status: 503, retryAfter: '1', times: 2 },
  { kind: 'too-many', retryAfter: '1', action: 'upgrade', times: 2 },
  { kind: 'forbidden', action: 'upgrade' },
  { kind: 'unauthorized', action: 'upgrade', times: 3 },
  { kind: 'conflict' },
  { kind: 'proxy-page', times: 2 },
  { kind: 'proxy-page', status: 200, action: 'finishupgrade', times: 1 },
  { kind: 'redirect', location: `https://${encodeURIComponent(SECRET)}@sso.example/?key=${BASIC}` },
  { kind: 'reset', times: 2 },
  { kind: 'lost-reply', action: 'upgrade', times: 1 },
  { kind: 'image-missing', message: `denied: ${SECRET}, Basic ${BASIC}, ${ACCESS}, ${CHANNEL}, ${SIGNING}` },
];

describe('whatever fails, no secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const slack = new Receiver();
  const answers: string[] = [];
  let program: Program;
  let world: World;
  let runs: readonly Ended[] = [];

  async function ask(path: string, init?: RequestInit): Promise<void> {
    const response = await fetch(`${world.url}${path}`, init);
    answers.push(`${JSON.stringify([...response.headers])}\n${await response.text()}`);
  }

  /** Services that all fail in a way of their own. Added before the program starts, they are known to it. */
  function addFailing(): void {
    for (const [index, fault] of FAULTS.entries()) {
      world.add(`fault-${index}`);
      world.rancher.faults.add({ ...fault, service: `fault-${index}` });
    }
  }

  /** An upgrade of each, some of them to the end. */
  async function failEverywhere(): Promise<void> {
    const ids: string[] = [];
    for (const index of FAULTS.keys()) {
      ids.push(await world.begin({ docker_image: `acme/fault-${index}:2.0.0`, timeout: 8 }));
    }
    await Promise.all(ids.map((id) => ask(`/upgrades/${id}?wait=15`)));
    await world.settled(ids.at(-1) ?? '');
    for (const id of ids) await ask(`/upgrades/${id}?fail=true`);
  }

  async function askForNonsense(): Promise<void> {
    await ask('/upgrade', { method: 'POST', body: `{"docker_image":"acme/web:${SECRET.split(' ')[0]}"` });
    await ask('/upgrade', { method: 'POST', body: '{}', headers: { authorization: `Basic ${BASIC}` } });
    await ask('/nowhere', { headers: { 'x-request-id': 'nowhere' } });
    await ask('/upgrades?status=running&limit=100');
    await ask('/health/ready');
    await ask('/notifications/test', { method: 'POST' });
  }

  beforeAll(async () => {
    program = Program.compile('secrets');
    slack.reply = answering(500, `cannot post to ${HOOK}`);
    const keys = [{ access: ACCESS, secret: SECRET, kind: 'admin' } as const];
    world = await World.start({ isServed: false, speed: 20, fleet: { ...EMPTY_FLEET, keys } });
    const variables = {
      ...world.variables,
      CATTLE_ACCESS_KEY: ACCESS,
      CATTLE_SECRET_KEY: SECRET,
      AUTOUPDATE_SLACK_WEBHOOK_URL: `${await slack.start()}${HOOK}`,
      AUTOUPDATE_CHANNELS: CHANNELS,
      AUTOUPDATE_DATA_DIR: folder,
      AUTOUPDATE_MAX_PARALLEL: '50',
      AUTOUPDATE_LOG_LEVEL: 'debug',
    };

    addFailing();
    world.add('last');
    const first = program.start(variables);
    world.url = await first.address();
    await failEverywhere();
    await askForNonsense();
    slack.reply = hangingUp();
    await world.begin({ docker_image: 'acme/last:2.0.0' });
    const stopped = await first.stop('SIGTERM');

    await world.rancher.unplug();
    const second = program.start(variables);
    world.url = await second.address();
    await ask('/health/ready');
    await ask('/upgrade', { method: 'POST', body: '{"docker_image":"acme/last:3.0.0","dry_run":true}' });
    slack.reply = answering(200, 'ok');
    const told = await second.stop('SIGTERM');

    const misled = await program.run({
      ...variables,
      AUTOUPDATE_CHANNELS: `${CHANNELS.slice(0, -2)},}]`,
      CATTLE_URL: `https://${ACCESS}:pass@rancher.example/?${BASIC}`,
    });
    runs = [stopped, told, misled];
  });

  afterAll(async () => {
    await world.close();
    await slack.stop();
    await program.remove();
    rmSync(folder, { recursive: true });
  });

  it('hides that there were failures enough', () => {
    const output = runs.map((run) => run.output + run.errors);
    const told = output.join('').match(/"code":/g);

    expect(runs.map(({ status }) => status)).toEqual([0, 0, 78]);
    expect(told?.length).toBeGreaterThan(20);
    expect(slack.received.length).toBeGreaterThan(0);
    expect(answers.length).toBeGreaterThan(30);
    expect(output[0]).toContain('denied: ');
  });

  it.each(HIDDEN)('%s is in the output of the program', (form) => {
    for (const { output, errors } of runs) {
      expect(output).not.toContain(form);
      expect(errors).not.toContain(form);
    }
  });

  it.each(HIDDEN)('%s is in what callers are answered', (form) => {
    expect(answers.filter((answer) => answer.includes(form))).toEqual([]);
  });

  it.each(HIDDEN)('%s is in what people are told', (form) => {
    expect(slack.received.filter(({ body }) => body.includes(form))).toEqual([]);
  });
});
