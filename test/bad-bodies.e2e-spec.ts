import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Service } from '../simulator/world/records.js';
import { ask } from './fakes/ask.js';
import { World } from './harness/world.js';

const IMAGE = 'docker_image';
const GOOD = '"docker_image":"acme/web:2.0.0"';

const ANY_IMAGE = 'docker_image must be a text such as registry.example.com/acme/web:2.1.0';
const TRUTH = 'must be true or false';
const SECONDS = 'must be a whole number from 1 to 86400';
const NO_FIELD = 'is not a known field';
const OBJECT = 'The body must be a JSON object';
const NO_JSON = 'The body is not JSON: ';

const PATH = 'is not made of parts like acme/web';
const TAG = 'is not made of 1 to 128 letters, digits, underscores, dots and dashes';
const DIGEST = 'is not sha256:, sha384: or sha512: and 64, 96 or 128 lower case hexadecimal digits';
const HOST = 'is not a host name or address';
const PORT = 'has no valid port; a port is a number from 1 to 65535';

type Bad = readonly [body: string | Buffer, message: string];

const NO_OBJECTS: readonly Bad[] = [
  ['', 'There is no body; send a JSON object'],
  [' ', 'The body is empty; send a JSON object'],
  ['\r\n\t', 'The body is empty; send a JSON object'],
  ['null', OBJECT],
  ['true', OBJECT],
  ['0', OBJECT],
  ['"acme/web:2.0.0"', OBJECT],
  ['[]', OBJECT],
  [`[{${GOOD}}]`, OBJECT],
  ['{', NO_JSON],
  [`{${GOOD}`, NO_JSON],
  [`{${GOOD}}}`, NO_JSON],
  [`{${GOOD},}`, NO_JSON],
  [`{${GOOD}}{${GOOD}}`, NO_JSON],
  [`{${GOOD}}\n{${GOOD}}`, NO_JSON],
  ["{'docker_image':'acme/web:2.0.0'}", NO_JSON],
  ['{docker_image:"acme/web:2.0.0"}', NO_JSON],
  ['{"docker_image":"acme/web:2.0.0" "confirm":true}', NO_JSON],
  [`{${GOOD},"confirm":True}`, NO_JSON],
  [`{${GOOD},"timeout":NaN}`, NO_JSON],
  [`{${GOOD},"timeout":030}`, NO_JSON],
  [`{${GOOD},"timeout":+30}`, NO_JSON],
  [`{${GOOD} // why\n}`, NO_JSON],
  ['{"docker_image":"acme/web\n:2.0.0"}', NO_JSON],
  ['{"docker_image":"\\x41"}', NO_JSON],
  ['docker_image=acme/web:2.0.0&confirm=true', NO_JSON],
  ['docker_image: acme/web:2.0.0', NO_JSON],
  ['<docker_image>acme/web:2.0.0</docker_image>', NO_JSON],
  ['--x\r\nContent-Disposition: form-data; name="docker_image"\r\n\r\nacme/web\r\n--x--', NO_JSON],
  [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'The body is not UTF-8 text'],
  [Buffer.from(`{${GOOD}}`, 'utf16le'), NO_JSON],
  [`{${GOOD},"timeout":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'The body is nested too deeply'],
  [`{${GOOD},"a":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}}`, 'The body is nested too deeply'],
];

const FIELDS: readonly Bad[] = [
  ['{}', 'docker_image is required'],
  ['{"confirm":true}', 'docker_image is required'],
  ['{"docker_image":null}', ANY_IMAGE],
  ['{"docker_image":1}', ANY_IMAGE],
  ['{"docker_image":true}', ANY_IMAGE],
  ['{"docker_image":["acme/web:2.0.0"]}', ANY_IMAGE],
  ['{"docker_image":{"name":"acme/web:2.0.0"}}', ANY_IMAGE],
  [`{${GOOD},"confirm":"false"}`, `confirm ${TRUTH}`],
  [`{${GOOD},"confirm":"true"}`, `confirm ${TRUTH}`],
  [`{${GOOD},"confirm":0}`, `confirm ${TRUTH}`],
  [`{${GOOD},"confirm":1}`, `confirm ${TRUTH}`],
  [`{${GOOD},"confirm":null}`, `confirm ${TRUTH}`],
  [`{${GOOD},"confirm":[true]}`, `confirm ${TRUTH}`],
  [`{${GOOD},"confirm":{}}`, `confirm ${TRUTH}`],
  [`{${GOOD},"confirm":""}`, `confirm ${TRUTH}`],
  [`{${GOOD},"start_first":"yes"}`, `start_first ${TRUTH}`],
  [`{${GOOD},"start_first":null}`, `start_first ${TRUTH}`],
  [`{${GOOD},"dry_run":"true"}`, `dry_run ${TRUTH}`],
  [`{${GOOD},"dry_run":1}`, `dry_run ${TRUTH}`],
  [`{${GOOD},"timeout":0}`, `timeout ${SECONDS}`],
  [`{${GOOD},"timeout":-1}`, `timeout ${SECONDS}`],
  [`{${GOOD},"timeout":86401}`, `timeout ${SECONDS}`],
  [`{${GOOD},"timeout":1.5}`, `timeout ${SECONDS}`],
  [`{${GOOD},"timeout":1e999}`, `timeout ${SECONDS}`],
  [`{${GOOD},"timeout":"30"}`, `timeout ${SECONDS}`],
  [`{${GOOD},"timeout":"30s"}`, `timeout ${SECONDS}`],
  [`{${GOOD},"timeout":null}`, `timeout ${SECONDS}`],
  [`{${GOOD},"timeout":true}`, `timeout ${SECONDS}`],
  [`{${GOOD},"timeout":[30]}`, `timeout ${SECONDS}`],
  [`{${GOOD},"timout":30}`, `timout ${NO_FIELD}`],
  [`{${GOOD},"dryRun":true}`, `dryRun ${NO_FIELD}`],
  [`{${GOOD},"startFirst":true}`, `startFirst ${NO_FIELD}`],
  [`{${GOOD},"Confirm":true}`, `Confirm ${NO_FIELD}`],
  [`{${GOOD},"id":"x"}`, `id ${NO_FIELD}`],
  [`{${GOOD},"":1}`, NO_FIELD],
  [`{${GOOD},"__proto__":{"confirm":true}}`, `__proto__ ${NO_FIELD}`],
  [`{${GOOD},"constructor":{"prototype":{}}}`, `constructor ${NO_FIELD}`],
  [`{${GOOD},"hasOwnProperty":1}`, `hasOwnProperty ${NO_FIELD}`],
  ['{"image":"acme/web:2.0.0"}', `image ${NO_FIELD}; docker_image is required`],
];

const IMAGES: readonly (readonly [image: string, problem: string])[] = [
  ['', 'is required'],
  ['docker:', 'the image reference is empty'],
  ['docker:!!!', PATH],
  ['docker:docker:acme/web', PORT],
  ['acme/Web:1', 'has upper case letters; a repository is written in lower case'],
  ['ACME/web:1', 'has upper case letters'],
  ['WEB', 'has upper case letters'],
  ['acme/web:', TAG],
  ['acme/web:-1', TAG],
  ['acme/web:.1', TAG],
  ['acme/web:a b', TAG],
  ['acme/web:1:2', TAG],
  ['acme/web:1/2', PATH],
  [`acme/web:${'1'.repeat(129)}`, TAG],
  ['acme/web:é', TAG],
  ['acme/web: 2.0.0', TAG],
  ['acme/web:2.0.0 ', TAG],
  [' acme/web:2.0.0', PATH],
  ['acme/web:2.0.0\n', TAG],
  ['acme/web\u0000:1', PATH],
  ['acme//web', PATH],
  ['/acme/web', PATH],
  ['acme/web/', PATH],
  ['acme/-web', PATH],
  ['acme/web-', PATH],
  ['acme/we..b', PATH],
  ['acme/we___b', PATH],
  ['аcme/web', PATH],
  ['registry.acme.io/', 'the image reference names no repository'],
  ['registry.acme.io:port/web', PORT],
  ['registry.acme.io:0/web', PORT],
  ['registry.acme.io:65536/web', PORT],
  ['registry_acme.io/web', HOST],
  ['-registry.io/web', HOST],
  ['https://registry.acme.io/web:1', 'leave out https://'],
  ['user:password@registry.acme.io/web:1', 'is not'],
  ['acme/web@', DIGEST],
  ['acme/web@sha256:abc', DIGEST],
  [`acme/web@sha256:${'A'.repeat(64)}`, DIGEST],
  [`acme/web@md5:${'a'.repeat(32)}`, DIGEST],
  [`acme/web@sha256:${'a'.repeat(64)}:1`, DIGEST],
  ['a'.repeat(64), 'is the id of an image, not the name of a repository'],
  [`${'a'.repeat(256)}:1`, 'the repository has 256 characters; at most 255 are allowed'],
  ['a'.repeat(513), 'the image reference has 513 characters; at most 512 are allowed'],
  [`${'a'.repeat(60_000)}!`, 'characters; at most 512 are allowed'],
  ['${IMAGE}', 'has upper case letters'],
  ['$(cat /etc/passwd)', PATH],
  ["acme/web'; drop table upgrades; --", 'is not'],
];

describe('a body that is wrong', () => {
  let world: World;
  let web: Service;

  beforeAll(async () => {
    world = await World.start();
    web = world.add('web');
  });

  afterAll(() => world.close());

  function post(body: string | Buffer) {
    const headers = { 'content-type': 'application/json' };
    return ask(`${world.url}/upgrade`, { method: 'POST', body, headers });
  }

  it.each(NO_OBJECTS.map(([body, message]) => ({ name: shown(body), body, message })))(
    'is refused where it is no JSON object: $name',
    async ({ body, message }) => {
      const { status, json } = await post(body);

      expect(status).toBe(400);
      expect(json).toEqual({ code: 'request.invalid', message: expect.stringContaining(message) });
    },
  );

  it.each(FIELDS.map(([body, message]) => ({ name: shown(body), body, message })))(
    'is refused with its fields named: $name',
    async ({ body, message }) => {
      const { status, json } = await post(body);

      expect(status).toBe(400);
      expect(json).toMatchObject({ code: 'request.invalid', message: expect.stringContaining(message) });
    },
  );

  it.each(IMAGES.map(([image, problem]) => ({ name: shown(image), image, problem })))(
    'is refused where it names no image: $name',
    async ({ image, problem }) => {
      const { status, json } = await post(JSON.stringify({ [IMAGE]: image }));

      const message = expect.stringContaining(problem);
      expect(status).toBe(400);
      expect(json).toEqual({
        code: 'request.invalid',
        message,
        fields: [{ field: IMAGE, message }],
      });
    },
  );

  it('is refused with every field that is wrong', async () => {
    const { json } = await post(
      '{"docker_image":"A","confirm":"false","timeout":0,"force":true,"dry_run":0}',
    );

    expect(json).toMatchObject({
      fields: [
        { field: 'force', message: NO_FIELD },
        { field: 'docker_image', message: expect.stringContaining('upper case') },
        { field: 'confirm', message: TRUTH },
        { field: 'timeout', message: SECONDS },
        { field: 'dry_run', message: TRUTH },
      ],
    });
  });

  it('is refused without telling more than 20 of its fields', async () => {
    const fields = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`x${index}`, index]));

    const { status, text, json } = await post(JSON.stringify({ [IMAGE]: 'acme/web:2.0.0', ...fields }));

    expect(status).toBe(400);
    expect((json as { fields: unknown[] }).fields).toHaveLength(20);
    expect(text.length).toBeLessThan(3000);
  });

  it.each([
    ['{"docker_image":"acme/web:2.0.0"}'.padEnd(65_537), 413],
    [`{"docker_image":"${'x'.repeat(70_000)}"}`, 413],
    [`{${GOOD},"confirm":"${'x'.repeat(65_000)}"}`, 400],
  ])('is refused where it is too large: %#', async (body, status) => {
    const answer = await post(body);

    expect(answer.status).toBe(status);
    expect(answer.text.length).toBeLessThan(500);
  });

  it('is refused, whatever it is', async () => {
    const anything = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.dictionary(fc.constantFrom('confirm', 'timeout', 'dry_run', 'toString'), fc.jsonValue()).map(asText),
      fc
        .jsonValue()
        .map((value) => asText({ docker_image: 'acme/web:2.0.0', confirm: value, timeout: value })),
    );

    await fc.assert(
      fc.asyncProperty(anything, async (body) => {
        const { status, json } = await post(body);

        expect(status).toBe(400);
        expect(json).toMatchObject({ code: 'request.invalid', message: expect.stringMatching(/./) });
      }),
      { numRuns: 300 },
    );
  });

  it('starts nothing: Rancher has seen no POST, and no upgrade is kept', async () => {
    const kept = await world.get<{ data: unknown[] }>('/upgrades');

    expect(NO_OBJECTS.length + FIELDS.length + IMAGES.length).toBeGreaterThanOrEqual(100);
    expect(kept.body).toEqual({ data: [], next: null });
    expect(world.rancher.journal.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(world.course(web)).toEqual([]);
  });
});

function shown(text: string | Buffer): string {
  const all = JSON.stringify(text.toString());
  return all.length > 60 ? `${all.slice(0, 60)}…` : all;
}

function asText(value: unknown): string {
  return JSON.stringify(value);
}
