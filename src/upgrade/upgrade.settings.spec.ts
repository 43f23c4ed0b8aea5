import { describe, expect, it } from '@jest/globals';
import { UpgradeSettings } from './upgrade.settings.js';

describe(UpgradeSettings.name, () => {
  it('lets both spellings opt a service in, unless a label is named', () => {
    const named = Object.assign(new UpgradeSettings(), { AUTOUPDATE_ENABLE_LABEL: 'acme.update' });

    expect(new UpgradeSettings().enableLabels).toEqual(['autoupdate.enable', 'autoupdate.enabled']);
    expect(named.enableLabels).toEqual(['acme.update']);
  });

  it('is patient for an hour, unless told otherwise', () => {
    const told = Object.assign(new UpgradeSettings(), { AUTOUPDATE_PATIENCE_MINUTES: 2 });

    expect([new UpgradeSettings().patienceMs, told.patienceMs]).toEqual([3_600_000, 120_000]);
  });
});
