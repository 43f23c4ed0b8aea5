import type { Log } from '../../../common/log.js';
import type { Named } from '../../../domain/service.js';
import type { Retry } from './backoff.js';

/** Tells people how the events of one environment fare: each turn of things once. */
export class SocketLog {
  private readonly log: Log;
  private said: 'lost' | 'hopeless' | null = null;
  private why: string | null = null;

  constructor(
    log: Log,
    private readonly environment: Named,
  ) {
    this.log = log.with({ environment: environment.name, environment_id: environment.id });
  }

  /** A frame has come. */
  alive(): void {
    if (this.said !== null) this.log.info(`events of environment ${this.environment.name} come again`);
    this.said = null;
    this.why = null;
  }

  /** A connection has ended (`wasOpen`), or none was made. */
  failed(why: string, { isHopeless }: Retry, wasOpen: boolean): void {
    const { name } = this.environment;
    if (isHopeless && this.said !== 'hopeless') {
      this.said = 'hopeless';
      this.log.warn(
        `no events of environment ${name}: ${why}. Rancher, or a proxy before it, seems not to speak websocket: ` +
          'the updater polls instead, and tries again now and then',
      );
    } else if (wasOpen && this.said === null) {
      this.said = 'lost';
      this.log.info(`events of environment ${name} are interrupted: ${why}`);
    } else if (why !== this.why) {
      this.log.debug(`no events of environment ${name}: ${why}`);
    }
    this.why = why;
  }
}
