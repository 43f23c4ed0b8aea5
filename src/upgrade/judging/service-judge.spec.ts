import { describe, expect, it } from '@jest/globals';
import { aRollout, NOON } from '../../../test/fakes/records.js';
import { aService } from '../../../test/fakes/services.js';
import { POLICIES } from '../policies/register.js';
import { VersionPolicy } from '../policies/version-policy.js';
import { UpgradeSettings } from '../upgrade.settings.js';
import { ServiceJudge } from './service-judge.js';

const SEEN = { service: aService(), inspection: null, holds: [], awaitsOurs: false, now: NOON };

describe(ServiceJudge.name, () => {
  const policy = new VersionPolicy(POLICIES.map((Kind) => new Kind()));
  const judge = new ServiceJudge(policy, new UpgradeSettings());

  it('decides about a rollout’s service as it is now', () => {
    const newer = { ...SEEN, service: aService({ image: 'registry.acme.io/shop/web:2.1.0' }) };

    expect(judge.judgeRollout(aRollout(), SEEN).upgrade).toBe(true);
    expect(judge.judgeRollout(aRollout(), newer)).toMatchObject({ reason: { code: 'version.not_newer' } });
  });

  it('takes a reference that cannot be read for a bug', () => {
    expect(() => judge.judgeRollout(aRollout({ to: '!!!' }), SEEN)).toThrow('!!!');
  });
});
