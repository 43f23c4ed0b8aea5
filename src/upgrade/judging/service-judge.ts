import { Injectable } from '@nestjs/common';
import { checkedReference } from '../../domain/image-reference.js';
import type { Rollout } from '../../domain/rollout.js';
import { VersionPolicy } from '../policies/version-policy.js';
import { UpgradeSettings } from '../upgrade.settings.js';
import { judge } from './judge.js';
import type { Judgement, Rules, Seen, Wanted } from './judgement.js';

/** Decides about services by the settings and the version policies; asks nobody. */
@Injectable()
export class ServiceJudge {
  private readonly rules: Rules;

  constructor(policy: VersionPolicy, settings: UpgradeSettings) {
    this.rules = {
      enableLabels: settings.enableLabels,
      judgeVersion: (labels, running, published) => policy.judge(labels, running, published),
    };
  }

  /** Decides whether a service is to be upgraded to what is wanted. */
  judge(seen: Seen, wanted: Wanted): Judgement {
    return judge(seen, wanted, this.rules);
  }

  /** Decides about a rollout's service as it was just seen. */
  judgeRollout(rollout: Rollout, seen: Seen): Judgement {
    const { startFirst, leftover, ignoreHold } = rollout;
    return this.judge(seen, { published: checkedReference(rollout.to), startFirst, leftover, ignoreHold });
  }
}
