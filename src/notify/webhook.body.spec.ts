import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { anyNoticeLine } from '../../test/fakes/any-notice-line.js';
import { aChannel } from '../../test/fakes/channels.js';
import { aLine, aNotice, anUnreadLine, anUpgradeLine, NOON } from '../../test/fakes/records.js';
import type { Notice, NoticeLine } from '../domain/notice.js';
import { UPGRADE_STATUSES } from '../domain/upgrade.js';
import { sampleOf } from './sample.js';
import { webhookBody } from './webhook.body.js';

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The published schema; a field that it does not know fails here, though not at a reader's. */
const ajv = new Ajv2020({ allErrors: true, formats: { 'date-time': isoTime }, allowUnionTypes: true });
const schema = JSON.parse(readFileSync('docs/notice-v1.schema.json', 'utf8'), (_, value: unknown) =>
  isSchemaOfObject(value) ? { ...value, additionalProperties: false } : value,
) as object;
const isValid = ajv.compile(schema);

function isSchemaOfObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'object';
}

function problemsOf(notice: Notice): unknown {
  return isValid(JSON.parse(JSON.stringify(webhookBody(notice)))) ? [] : isValid.errors;
}

const SKIPPED: NoticeLine = {
  ...aLine(),
  about: 'service',
  outcome: 'blocked',
  reason: 'the service is removing',
  code: 'service.busy',
  tone: 'danger',
};

const UNREAD = anUnreadLine({ reason: null, code: null });

describe(webhookBody.name, () => {
  it('has the facts of an upgrade, by what they are about', () => {
    const notice = aNotice({ caller: 'alice', tone: 'danger', lines: [SKIPPED, UNREAD, aLine()] });

    const body = webhookBody(notice);

    expect(body).toMatchObject({
      schema: 'rancher-service-updater/notice/v1',
      id: 'n1',
      kind: 'upgrade',
      time: NOON.toISOString(),
      upgrade: 'u1',
      image: 'registry.acme.io/shop/web:2.1.0',
      status: 'succeeded',
      caller: 'alice',
      tone: 'danger',
      summary: '1 of 1 services done',
      digest: null,
      more: 0,
      unread_environments: [{ environment: 'staging', outcome: 'could not be read', reason: null }],
    });
    expect(body.rollouts).toEqual([
      {
        id: 'r1',
        status: 'finished',
        environment: 'production',
        stack: 'shop',
        service: 'web',
        from: 'registry.acme.io/shop/web:2.0.4',
        to: 'registry.acme.io/shop/web:2.1.0',
        link: 'https://rancher.acme.io/env/1a5/apps/stacks/1st3/services/1s7',
        outcome: 'finished',
        tone: 'info',
        reason: null,
      },
    ]);
    expect(body.blocked).toMatchObject([
      {
        outcome: 'blocked',
        tone: 'danger',
        reason: { code: 'service.busy', message: 'the service is removing' },
      },
    ]);
    expect(problemsOf(notice)).toEqual([]);
  });

  it('has the notices of a digest', () => {
    const digest = { count: 7, from: NOON.toISOString(), to: NOON.toISOString() };
    const notice = aNotice({
      kind: 'digest',
      upgradeId: null,
      image: null,
      status: null,
      digest,
      lines: [anUpgradeLine()],
    });

    expect(webhookBody(notice)).toMatchObject({
      kind: 'digest',
      upgrade: null,
      rollouts: [],
      digest: {
        ...digest,
        upgrades: [
          {
            upgrade: 'u9',
            image: 'registry.acme.io/shop/web:9.0.0',
            status: 'failed',
            tone: 'danger',
            summary: '1 of 1 services failed',
          },
        ],
      },
    });
    expect(problemsOf(notice)).toEqual([]);
  });

  it('is as the schema says for a sample', () => {
    expect(problemsOf(sampleOf(aChannel(), 'n1', NOON))).toEqual([]);
  });

  it('says nothing for the name of an environment where none could be listed', () => {
    const lines = [{ ...UNREAD, environment: '' }];

    expect(webhookBody(aNotice({ lines })).unread_environments).toMatchObject([{ environment: null }]);
  });

  it('has a hundred lines of thousands, and counts the others', () => {
    const lines = Array.from({ length: 250 }, () => aLine());

    const body = webhookBody(aNotice({ lines, more: 1000 }));

    expect([body.rollouts.length, body.more]).toEqual([100, 1150]);
  });

  it('is as the schema says, and of a bounded size, whatever it is told', () => {
    const text = fc.string({ unit: 'binary', maxLength: 2000 });
    const line = anyNoticeLine(text);
    const facts = fc.record({
      image: text,
      caller: fc.option(text),
      summary: text,
      status: fc.constantFrom(...UPGRADE_STATUSES),
      lines: fc.array(line, { maxLength: 20 }),
    });

    fc.assert(
      fc.property(facts, (some) => {
        expect(problemsOf(aNotice(some))).toEqual([]);
        expect(JSON.stringify(webhookBody(aNotice(some))).length).toBeLessThan(500_000);
      }),
    );
  });

  it.each([
    ['a tone', { tone: 'good' }],
    ['a schema', { schema: 'v2' }],
    ['a time', { time: 'noon' }],
    ['a field too many', { extra: 1 }],
  ])('would be seen to have %s that the schema does not allow', (_, wrong) => {
    expect(isValid({ ...webhookBody(aNotice()), ...wrong })).toBe(false);
  });
});
