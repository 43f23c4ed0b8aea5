import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isFoundIn, readPatterns } from '../../src/common/name-patterns.js';
import { parseImageReference } from '../../src/domain/image-reference.js';
import { isDirect } from '../../src/notify/proxy/no-proxy.js';
import { readChannels } from '../../src/notify/read-channels.js';
import { NOTIFIERS } from '../../src/notify/register.js';
import { readCattleUrl } from '../../src/rancher/cattle/cattle.url.js';
import { readFrame } from '../../src/rancher/cattle/events/cattle.event.js';
import { labelProblem, notifyLabel, optsIn } from '../../src/upgrade/options.js';
import { POLICIES } from '../../src/upgrade/policies/register.js';
import { VersionPolicy } from '../../src/upgrade/policies/version-policy.js';
import { runs } from './runs.js';
import { anyImage, anyText, anyValue } from './texts.js';
import { TurnWatch } from './turns.js';

const policy = new VersionPolicy(POLICIES.map((Kind) => new Kind()));
const NAMES = POLICIES.map((Kind) => new Kind().name);

/** Nothing that is read may throw, or hold the service up, whatever it is. */
describe('what is read from outside', () => {
  const watch = new TurnWatch();
  const often = runs(30);

  beforeAll(() =>
    watch.calibrate(async () => {
      judge({ 'autoupdate.policy': 'regex:^v(\\d+)$' }, 'acme/web:v1', 'acme/web:v2');
      readPatterns('^production$');
    }),
  );

  /** Holds for every input: it reads, in time. */
  async function reads<T>(inputs: fc.Arbitrary<T>, read: (input: T) => unknown): Promise<void> {
    return fc.assert(
      fc.asyncProperty(inputs, (input) => watch.during(async () => read(input))),
      often,
    );
  }

  it('can be any image reference', async () => {
    await reads(anyImage(), (text) => expect(typeof parseImageReference(text).ok).toBe('boolean'));
  });

  it('can be any labels', async () => {
    const keys =
      'autoupdate.enable autoupdate.policy autoupdate.timeout autoupdate.bake autoupdate.on_failure';
    const label = fc.oneof(fc.constantFrom(...keys.split(' '), 'autoupdate.notify', '__proto__'), anyText());

    await reads(fc.dictionary(label, anyText(), { maxKeys: 6 }), (labels) => {
      expect(typeof optsIn(labels, ['autoupdate.enable'])).toBe('boolean');
      labelProblem(labels);
      notifyLabel(labels);
    });
  });

  it('can be any policy, judging any two tags', async () => {
    const text = fc.tuple(fc.constantFrom(...NAMES), fc.option(anyText())).map(([name, argument]) => {
      return argument === null ? name : `${name}:${argument}`;
    });
    const tag = fc.oneof(
      fc.stringMatching(/^[\w.-]{1,128}$/),
      fc.constantFrom('1'.repeat(128), '1.'.repeat(64)),
    );

    await reads(fc.tuple(fc.oneof(text, anyText()), tag, tag), ([label, from, to]) => {
      expect(judge({ 'autoupdate.policy': label }, `acme/web:${from}`, `acme/web:${to}`)).not.toBeUndefined();
    });
  });

  it('can be any pattern of environments, and any name of one', async () => {
    await reads(fc.tuple(anyText(), anyText()), ([text, name]) => {
      const read = readPatterns(text);
      expect(typeof (read.ok && isFoundIn(name, read.patterns))).toBe('boolean');
    });
  });

  it('can be any frame', async () => {
    const frame = fc.oneof(
      anyText(),
      anyValue().map(asText),
      fc.record({ name: anyText(), data: anyValue() }).map(asText),
    );

    await reads(frame, (text) => expect(readFrame(text)).toHaveProperty('is'));
  });

  it('can be any setting', async () => {
    const address = fc.oneof(fc.webUrl(), anyText());

    await reads(fc.tuple(anyText(), anyValue().map(asText), address), ([text, json, url]) => {
      expect(typeof readCattleUrl(url).ok).toBe('boolean');
      expect(readChannels(json, NOTIFIERS)).toHaveProperty('problems');
      if (URL.canParse(url)) isDirect(new URL(url), text);
    });
  });
});

function judge(labels: Readonly<Record<string, string>>, from: string, to: string): unknown {
  const [running, published] = [parseImageReference(from), parseImageReference(to)];
  return running.ok && published.ok ? policy.judge(labels, running.reference, published.reference) : null;
}

function asText(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
