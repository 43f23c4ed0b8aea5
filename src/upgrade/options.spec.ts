import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { optsIn, TIMEOUT_RANGE, timeoutLabel, timeoutOf } from './options.js';

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

describe('timeoutLabel', () => {
  it.each<[string, number | null]>([
    ['1', 1],
    [' 90 ', 90],
    ['86400', 86_400],
    ['', null],
    ['  ', null],
  ])('reads %j', (text, seconds) => {
    expect(timeoutLabel({ 'autoupdate.timeout': text })).toEqual({ ok: true, seconds });
  });

  it.each(['0', '86401', '-1', '1.5', '1e3', '0x10', '30s', '9999999', '٣'])(
    'refuses %j, naming the label, the value and what is allowed',
    (text) => {
      expect(timeoutLabel({ 'autoupdate.timeout': text })).toEqual({
        ok: false,
        problem: `the label autoupdate.timeout is "${text}"; it takes whole seconds from 1 to 86400`,
      });
    },
  );

  it('reads a label that is not there as no timeout', () => {
    expect(timeoutLabel({})).toEqual({ ok: true, seconds: null });
  });

  it('answers any text, with seconds in range or none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const label = timeoutLabel({ 'autoupdate.timeout': text });

        const { min, max } = TIMEOUT_RANGE;
        const isFine = !label.ok || label.seconds === null || (label.seconds >= min && label.seconds <= max);
        expect(isFine).toBe(true);
      }),
    );
  });
});

describe('timeoutOf', () => {
  const asked = { confirm: true, startFirst: false, timeout: 5 };
  const open = { ...asked, timeout: null };

  it.each<[string, Parameters<typeof timeoutOf>, number]>([
    ['what the request says', [asked, { 'autoupdate.timeout': '7' }, 9], 5],
    ['else the label', [open, { 'autoupdate.timeout': '7' }, 9], 7],
    ['else the setting', [open, {}, 9], 9],
    ['the setting where the label cannot be read', [open, { 'autoupdate.timeout': 'soon' }, 9], 9],
    ['else 30 s', [open, {}, undefined], 30],
    ['else 10 minutes, where nobody waits', [{ ...open, confirm: false }, {}, undefined], 600],
    ['the setting also where nobody waits', [{ ...open, confirm: false }, {}, 9], 9],
  ])('is %s', (_, [options, labels, setting], expected) => {
    expect(timeoutOf(options, labels, setting)).toBe(expected);
  });
});
