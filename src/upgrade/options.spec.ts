import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anOptions } from '../../test/fakes/records.js';
import type { UpgradeOptions } from '../domain/upgrade.js';
import {
  labelProblem,
  notifyLabel,
  optsIn,
  resolved,
  TIMEOUT_RANGE,
  type Defaults,
  type Resolved,
} from './options.js';

type Labels = Readonly<Record<string, string>>;

const NAMES = ['autoupdate.enable', 'autoupdate.enabled'];

describe('optsIn', () => {
  it.each<[string, Record<string, string>, boolean]>([
    ['no label', {}, false],
    ['another label', { 'autoupdate.policy': 'newest' }, false],
    ['the label', { 'autoupdate.enable': 'true' }, true],
    ['its other spelling', { 'autoupdate.enabled': 'true' }, true],
    ['any other value', { 'autoupdate.enable': 'please' }, true],
    ['an empty value', { 'autoupdate.enable': '' }, true],
    ['a value that says no', { 'autoupdate.enable': 'false' }, false],
    ['no, in capitals with blanks', { 'autoupdate.enable': ' Off\t' }, false],
    ['a name that every object has', { toString: 'true' }, false],
    [
      'no under one name against yes under the other',
      { 'autoupdate.enable': 'true', 'autoupdate.enabled': '0' },
      false,
    ],
  ])('with %s: %j', (_, labels, expected) => {
    expect(optsIn(labels, NAMES)).toBe(expected);
  });

  it.each(['false', 'no', 'off', '0'])('takes %s for a no, whatever the other label says', (no) => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...NAMES), (other, name) => {
        const labels = { ...Object.fromEntries(NAMES.map((one) => [one, other])), [name]: no.toUpperCase() };

        expect(optsIn(labels, NAMES)).toBe(false);
      }),
    );
  });

  it('looks at no label but those that count', () => {
    expect(optsIn({ 'autoupdate.enabled': 'true' }, ['acme.update'])).toBe(false);
    expect(optsIn({ 'acme.update': 'yes', 'autoupdate.enabled': 'false' }, ['acme.update'])).toBe(true);
  });
});

const OPEN = anOptions({ timeout: null });
const DEFAULTS: Defaults = { timeout: undefined, onFailure: 'leave', leftover: 'refuse', bake: 0 };

describe('labelProblem', () => {
  it.each<Labels>([
    {},
    { 'autoupdate.timeout': '1', 'autoupdate.bake': '0', 'autoupdate.on_failure': 'leave' },
    { 'autoupdate.timeout': ' 86400 ', 'autoupdate.bake': '86400', 'autoupdate.on_failure': ' Rollback ' },
    { 'autoupdate.timeout': '', 'autoupdate.bake': ' ', 'autoupdate.on_failure': '' },
    { 'autoupdate.other': 'anything' },
  ])('finds nothing wrong with %j', (labels) => {
    expect(labelProblem(labels)).toBeNull();
  });

  it.each(['0', '86401', '-1', '1.5', '1e3', '0x10', '30s', '9999999', '٣'])(
    'refuses the timeout %j, naming the label, the value and what is allowed',
    (text) => {
      expect(labelProblem({ 'autoupdate.timeout': text })).toBe(
        `the label autoupdate.timeout is "${text}"; it takes whole seconds from 1 to 86400`,
      );
    },
  );

  it.each(['86401', '-1', '0.5', '5m'])('refuses to bake for %j', (text) => {
    expect(labelProblem({ 'autoupdate.bake': text })).toBe(
      `the label autoupdate.bake is "${text}"; it takes whole seconds from 0 to 86400`,
    );
  });

  it.each(['true', 'roll back', 'toString'])('does not know what to do on failure by %j', (text) => {
    expect(labelProblem({ 'autoupdate.on_failure': text })).toBe(
      `the label autoupdate.on_failure is "${text}"; it takes one of leave, rollback`,
    );
  });
});

describe('resolved', () => {
  const label = { 'autoupdate.timeout': '7' };

  it.each<[string, Partial<UpgradeOptions>, Labels, Partial<Defaults>, number]>([
    ['what the request says', { timeout: 5 }, label, { timeout: 9 }, 5],
    ['else the label', {}, label, { timeout: 9 }, 7],
    ['else the variable', {}, {}, { timeout: 9 }, 9],
    ['the variable where the label cannot be read', {}, { 'autoupdate.timeout': 'soon' }, { timeout: 9 }, 9],
    ['the variable where the label is empty', {}, { 'autoupdate.timeout': ' ' }, { timeout: 9 }, 9],
    ['else 30 s', {}, {}, {}, 30],
    ['else 10 minutes, where nobody waits', { confirm: false }, {}, {}, 600],
    ['else 10 minutes, where it is rolled back', { onFailure: 'rollback' }, {}, {}, 600],
    ['so too where only a label says that', {}, { 'autoupdate.on_failure': 'rollback' }, {}, 600],
    ['so too where only the variable says that', {}, {}, { onFailure: 'rollback' }, 600],
    ['the variable also where nobody waits', { confirm: false }, {}, { timeout: 9 }, 9],
  ])('gives the time that is %s', (_, options, labels, defaults, timeout) => {
    const found = resolved({ ...OPEN, ...options }, labels, { ...DEFAULTS, ...defaults });

    expect(found.timeout).toBe(timeout);
  });

  it.each<[string, Partial<UpgradeOptions>, Labels, Partial<Defaults>, Partial<Resolved>]>([
    [
      'on failure does what the request says',
      { onFailure: 'leave' },
      { 'autoupdate.on_failure': 'rollback' },
      { onFailure: 'rollback' },
      { onFailure: 'leave' },
    ],
    ['else the label', {}, { 'autoupdate.on_failure': 'ROLLBACK' }, {}, { onFailure: 'rollback' }],
    ['else the variable', {}, {}, { onFailure: 'rollback' }, { onFailure: 'rollback' }],
    ['bakes as the label says', {}, { 'autoupdate.bake': '60' }, { bake: 5 }, { bake: 60 }],
    ['even not at all', {}, { 'autoupdate.bake': '0' }, { bake: 5 }, { bake: 0 }],
    ['else as the variable says', {}, {}, { bake: 5 }, { bake: 5 }],
    [
      'clears left-overs as the request says',
      { leftover: 'finish' },
      {},
      { leftover: 'rollback' },
      { leftover: 'finish' },
    ],
    ['else as the variable says', {}, {}, { leftover: 'rollback' }, { leftover: 'rollback' }],
  ])('%s: %#', (_, options, labels, defaults, expected) => {
    expect(resolved({ ...OPEN, ...options }, labels, { ...DEFAULTS, ...defaults })).toMatchObject(expected);
  });

  it('answers any label, with seconds in range', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const labels = { 'autoupdate.timeout': text, 'autoupdate.bake': text };

        const { timeout, bake } = resolved(OPEN, labels, DEFAULTS);

        const { min, max } = TIMEOUT_RANGE;
        expect(timeout >= min && timeout <= max && bake >= 0 && bake <= max).toBe(true);
      }),
    );
  });
});

describe('notifyLabel', () => {
  it.each<[string, readonly string[] | null]>([
    ['', null],
    ['  ', null],
    ['ops', ['ops']],
    [' Ops , boss,,ops', ['ops', 'boss']],
    ['none', []],
    ['NONE', []],
    ['none, ops', ['ops']],
    [',', []],
  ])('reads "%s" as %j', (text, names) => {
    expect(notifyLabel({ 'autoupdate.notify': text })).toEqual(names);
  });

  it('says nothing where there is none', () => {
    expect(notifyLabel({})).toBeNull();
  });
});
