import type { Log } from '../../../common/log.js';
import type { Named } from '../../../domain/service.js';
import { environmentFields } from '../environment-fields.js';
import type { Retry } from './backoff.js';

/**
 * As many attempts in a row of which nothing is heard take about half a minute: no restart of a proxy any more. That a
 * connection was made is not enough: a proxy can take it that passes nothing on.
 */
const ATTEMPTS_BEFORE_WARNING = 6;

const HELD_BACK =
  'A connection is made, but nothing comes over it: a proxy may hold back what it should pass on.';

/** Tells people how the events of one environment fare: each turn of things once. */
export class SocketLog {
  private readonly log: Log;
  private said: 'lost' | 'refused' | 'hopeless' | null = null;
  private why: string | null = null;
  private attempts = 0;
  private hasSpoken = false;

  constructor(
    log: Log,
    private readonly environment: Named,
  ) {
    this.log = log.with(environmentFields(environment));
  }

  /** A frame has come. */
  alive(): void {
    if (this.said !== null) this.log.info(`events of environment ${this.environment.name} come again`);
    this.said = null;
    this.why = null;
    this.attempts = 0;
    this.hasSpoken = true;
  }

  /** A connection has ended (`wasOpen`), or none was made. */
  failed(why: string, { isHopeless }: Retry, wasOpen: boolean): void {
    if (!this.hasSpoken) this.attempts += 1;
    this.hasSpoken = false;
    const { name } = this.environment;
    if (isHopeless && !this.hasWarnedOf(why)) {
      this.said = 'hopeless';
      this.log.warn(
        `no events of environment ${name}: ${why}. Rancher, or a proxy before it, seems not to speak websocket: ` +
          'the updater polls instead, and tries again every few minutes',
      );
    } else if (this.attempts >= ATTEMPTS_BEFORE_WARNING && !this.hasWarned) {
      this.said = 'refused';
      this.log.warn(
        `no events of environment ${name}, after ${this.attempts} attempts in a row: ${why}. ` +
          (wasOpen ? `${HELD_BACK} ` : '') +
          'The updater polls instead, and goes on trying',
      );
    } else if (wasOpen && this.said === null) {
      this.said = 'lost';
      this.log.info(`events of environment ${name} are interrupted: ${why}`);
    } else if (why !== this.why) {
      this.log.debug(`no events of environment ${name}: ${why}`);
    }
    this.why = why;
  }

  private get hasWarned(): boolean {
    return this.said === 'refused' || this.said === 'hopeless';
  }

  /** What was warned of as it is does not become news by going on; another answer can be. */
  private hasWarnedOf(why: string): boolean {
    return this.said === 'hopeless' || (this.said === 'refused' && why === this.why);
  }
}
