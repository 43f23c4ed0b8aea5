import * as fc from 'fast-check';
import { type NoticeLine, TONES } from '../../src/domain/notice.js';
import { ROLLOUT_STATUSES } from '../../src/domain/rollout.js';
import { UPGRADE_STATUSES } from '../../src/domain/upgrade.js';

/** Lines about everything that a line can be about, with these texts and links. */
export function anyNoticeLine(
  text: fc.Arbitrary<string>,
  link: fc.Arbitrary<string | null> = fc.option(text),
): fc.Arbitrary<NoticeLine> {
  const outcome = { outcome: text, tone: fc.constantFrom(...TONES) };
  const reason = { reason: fc.option(text), code: fc.option(fc.constant('service.busy' as const)) };
  const images = { from: fc.option(text), to: fc.option(text) };
  const place = { environment: text, stack: text, service: text, link, notify: fc.constant(null) };
  const service = { ...place, ...images, ...outcome, ...reason };
  return fc.oneof(
    fc.record({
      about: fc.constant('rollout' as const),
      id: fc.option(fc.uuid()),
      status: fc.option(fc.constantFrom(...ROLLOUT_STATUSES)),
      ...service,
    }),
    fc.record({ about: fc.constant('service' as const), ...service }),
    fc.record({ about: fc.constant('environment' as const), environment: text, ...outcome, ...reason }),
    fc.record({
      about: fc.constant('upgrade' as const),
      id: fc.option(fc.uuid()),
      image: fc.option(text),
      status: fc.option(fc.constantFrom(...UPGRADE_STATUSES)),
      summary: text,
      ...outcome,
    }),
  );
}
