import { describe, expect, it } from '@jest/globals';
import type { ArgumentMetadata, Type } from '@nestjs/common';
import { UpdaterError } from '../../common/errors.js';
import { DtoPipe } from '../../http/bodies/dto.pipe.js';
import { FindRequest, ListRequest, UpgradeRequest } from './upgrade.dto.js';

const IMAGE = 'registry.acme.io/shop/web:2.1.0';

async function read(
  metatype: Type,
  value: unknown,
  type: ArgumentMetadata['type'] = 'query',
): Promise<unknown> {
  return new DtoPipe().transform(value, { type, metatype });
}

/** "field message" of each problem. */
async function problems(metatype: Type, value: unknown): Promise<readonly string[]> {
  const outcome: unknown = await read(metatype, value).catch((error: unknown) => error);
  if (!(outcome instanceof UpdaterError)) return [];
  return (outcome.details.fields ?? []).map(({ field, message }) => `${field} ${message}`);
}

describe(UpgradeRequest.name, () => {
  it('needs nothing but an image', async () => {
    expect(await read(UpgradeRequest, { docker_image: IMAGE }, 'body')).toEqual({
      docker_image: IMAGE,
      confirm: false,
      start_first: false,
      dry_run: false,
      ignore_hold: false,
    });
  });

  it('takes all that can be said', async () => {
    const body = {
      docker_image: IMAGE,
      confirm: true,
      start_first: true,
      timeout: 86_400,
      dry_run: true,
      on_failure: 'rollback',
      leftover: 'finish',
      ignore_hold: true,
      confirm_within: 2_592_000,
      max_failures: 1,
      max_parallel: 100_000,
    };

    expect(await read(UpgradeRequest, body, 'body')).toEqual(body);
  });

  it.each([`docker:${IMAGE}`, 'web', 'localhost:5000/web', `web@sha256:${'a'.repeat(64)}`])(
    'takes the image %s',
    async (docker_image) => {
      expect(await problems(UpgradeRequest, { docker_image })).toEqual([]);
    },
  );

  it.each<[unknown, string]>([
    [undefined, 'docker_image is required'],
    ['', 'docker_image is required'],
    ['docker:', 'is no image reference: the image reference is empty'],
    [null, 'must be a text such as'],
    [7, 'must be a text such as'],
    [[IMAGE], 'must be a text such as'],
    ['docker:!!!', 'is no image reference'],
    ['Acme/Web:1', 'lower case'],
    ['a'.repeat(513), 'at most 512'],
  ])('refuses the image %j', async (docker_image, problem) => {
    const body = docker_image === undefined ? {} : { docker_image };

    expect(await problems(UpgradeRequest, body)).toEqual([expect.stringContaining(problem)]);
  });

  describe.each(['confirm', 'start_first', 'dry_run'])('%s', (field) => {
    it.each(['false', 'true', 0, 1, null, [], {}])('is no %j', async (value) => {
      expect(await problems(UpgradeRequest, { docker_image: IMAGE, [field]: value })).toEqual([
        `${field} must be true or false`,
      ]);
    });
  });

  it.each([0, -1, 1.5, 86_401, '30', null, true, [30], 1e21])('refuses the timeout %j', async (timeout) => {
    expect(await problems(UpgradeRequest, { docker_image: IMAGE, timeout })).toEqual([
      'timeout must be a whole number from 1 to 86400',
    ]);
  });

  it('names every field that is wrong, and those it does not know', async () => {
    const body = { docker_image: '', confirm: 'yes', timeout: 0, image: IMAGE };

    expect(await problems(UpgradeRequest, body)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^docker_image /),
        expect.stringMatching(/^confirm /),
        expect.stringMatching(/^timeout /),
        expect.stringMatching(/^image /),
      ]),
    );
  });
});

describe(ListRequest.name, () => {
  it.each<[object, object]>([
    [{}, { limit: 20 }],
    [{ limit: '100' }, { limit: 100 }],
    [
      { status: 'failed', image: 'acme/web', after: 'abc' },
      { status: 'failed', image: 'acme/web', after: 'abc', limit: 20 },
    ],
  ])('reads %j', async (query, expected) => {
    expect(await read(ListRequest, query)).toEqual(expected);
  });

  it.each<[object, string]>([
    [{ limit: '0' }, 'limit must be a whole number from 1 to 100'],
    [{ limit: '101' }, 'limit must be a whole number from 1 to 100'],
    [{ limit: '1e1' }, 'limit must be a whole number from 1 to 100'],
    [{ limit: '' }, 'limit must be a whole number from 1 to 100'],
    [{ limit: ['1', '2'] }, 'limit must be a whole number from 1 to 100'],
    [
      { status: 'planned' },
      'status must be one of running, awaiting_confirmation, succeeded, partly_failed, failed, superseded, cancelled, nothing_to_do',
    ],
    [{ after: 'a'.repeat(129) }, 'after must be the `next` of the page before'],
    [{ after: ['a', 'b'] }, 'after must be the `next` of the page before'],
    [{ page: '2' }, 'page is not a known field'],
  ])('refuses %j', async (query, problem) => {
    expect(await problems(ListRequest, query)).toEqual([problem]);
  });

  it('refuses an image that is none', async () => {
    expect(await problems(ListRequest, { image: '' })).toEqual(['image is required']);
  });
});

describe(FindRequest.name, () => {
  it.each<[object, object]>([
    [{}, { wait: 0, fail: false }],
    [
      { wait: '300', fail: 'true' },
      { wait: 300, fail: true },
    ],
    [
      { wait: '0', fail: 'false' },
      { wait: 0, fail: false },
    ],
  ])('reads %j', async (query, expected) => {
    expect(await read(FindRequest, query)).toEqual(expected);
  });

  it.each<[object, string]>([
    [{ wait: '301' }, 'wait must be a whole number from 0 to 300'],
    [{ wait: '-1' }, 'wait must be a whole number from 0 to 300'],
    [{ wait: '1.5' }, 'wait must be a whole number from 0 to 300'],
    [{ wait: 'long' }, 'wait must be a whole number from 0 to 300'],
    [{ fail: '1' }, 'fail must be true or false'],
    [{ fail: 'toString' }, 'fail must be true or false'],
    [{ fail: '' }, 'fail must be true or false'],
    [{ fail: ['true', 'true'] }, 'fail must be true or false'],
  ])('refuses %j', async (query, problem) => {
    expect(await problems(FindRequest, query)).toEqual([problem]);
  });
});
