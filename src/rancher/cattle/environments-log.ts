import type { Log } from '../../common/log.js';
import type { Blindness } from './blindness.js';
import type { CattleSettings } from './cattle.settings.js';
import { environmentFields } from './environment-fields.js';
import { idleAmong, type VisibleEnvironment } from './environment-patterns.js';

/**
 * Tells people which environments there are and which are selected, and what is wrong with Rancher or the key: each turn of
 * things once. That pushes do not reach an environment any more is a warning.
 */
export class EnvironmentsLog {
  /** Undefined: nothing was said yet. */
  private trouble: string | null | undefined = undefined;
  private isSomeSelected = true;
  private blindness: string | null = null;
  private known: ReadonlyMap<string, VisibleEnvironment> = new Map();
  /** Patterns of which it was said that they select nothing. */
  private readonly idle = new Set<string>();

  constructor(
    private readonly log: Log,
    private readonly settings: CattleSettings,
  ) {}

  /** They cannot be listed. */
  failed(why: string): void {
    if (why !== this.trouble) this.log.warn(why);
    this.trouble = why;
  }

  /** Rancher has listed them; `blindness`: what the key does not see, null: nothing of the kind. */
  listed(environments: readonly VisibleEnvironment[], blindness: Blindness | null): void {
    if (this.trouble !== null) this.log.info('Rancher answers and takes the key');
    this.trouble = null;
    this.tellSelection(environments);
    if (this.isSomeSelected) this.tellIdle(environments);
    if (blindness !== null) this.tellOfSecrets(blindness);
  }

  private tellSelection(environments: readonly VisibleEnvironment[]): void {
    const isSomeSelected = environments.some(({ isSelected }) => isSelected);
    if (!isSomeSelected && this.isSomeSelected) this.log.warn('no environment is selected');
    this.isSomeSelected = isSomeSelected;
    const known = new Map(environments.map((one) => [one.id, one]));
    for (const before of this.known.values()) if (!known.has(before.id)) this.tellOfEnd(before);
    for (const now of environments) this.tellOf(now, this.known.get(now.id));
    this.known = known;
  }

  private tellOfEnd(before: VisibleEnvironment): void {
    const message = `environment ${before.name} is gone, or hidden from the key`;
    this.log[before.isSelected ? 'warn' : 'info'](message, environmentFields(before));
  }

  private tellOf(now: VisibleEnvironment, before: VisibleEnvironment | undefined): void {
    const { name, isSelected, why, doubt } = now;
    if (before?.name === name && before.why === why && before.isSelected === isSelected) return;
    const fields = environmentFields(now);
    if (before && before.name !== name) {
      this.log.info(`environment ${before.name} is now called ${name}`, fields);
    }
    const isLost = before?.isSelected === true && !isSelected;
    const message = `environment ${name} is ${isSelected ? 'selected' : 'left out'}: ${why}`;
    this.log[isLost ? 'warn' : 'info'](message, fields);
    if (doubt !== null) this.log.warn(doubt, fields);
  }

  /** Once for each pattern: an environment can come later, or come and go. */
  private tellIdle(environments: readonly VisibleEnvironment[]): void {
    for (const text of idleAmong(this.settings.patterns, environments)) {
      if (!this.idle.has(text)) this.log.warn(`the pattern ${text} selects no environment that the key sees`);
      this.idle.add(text);
    }
  }

  private tellOfSecrets({ why, remedy }: Blindness): void {
    if (why === this.blindness) return;
    this.blindness = why;
    const rule = this.settings.AUTOUPDATE_ALLOW_SECRETS_LOSS
      ? 'AUTOUPDATE_ALLOW_SECRETS_LOSS lets it do so.'
      : 'Services that use secrets are left as they are.';
    this.log.warn(`the key ${why}; an upgrade could strip services of them. Better ${remedy}. ${rule}`);
  }
}
