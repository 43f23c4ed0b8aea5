import type { Unrest } from './judging/evidence.js';
import type { SoakTime } from './soak-time.js';

const HOUR_MS = 3_600_000;

/** Longer than any patience of the service's with Rancher. */
const REST_LIMIT_MS = 2_400_000;
/** Longer than a socket waits that was answered as if nobody spoke websocket. */
const SOCKETS_LIMIT_MS = 900_000;
/** Then the environments have been asked for once more. */
const NOTICED_MS = 75_000;

/** What has to come to rest, and who sees to it. */
export interface Restless {
  /** Makes good what must not last. */
  mend(): Promise<void>;
  /** Whether no upgrade moves by itself any more. */
  isAtRest(): Promise<boolean>;
  /** Finishes what others have left. */
  tidyUp(): Promise<void>;
  /** Whether there is one event socket for each environment. */
  hasItsSockets(): Promise<boolean>;
}

/** Ends all troubles, and keeps in mind what has not come to rest after them. */
export class Calming {
  readonly unrest: Unrest[] = [];

  constructor(
    private readonly restless: Restless,
    private readonly time: SoakTime,
    /** Aborted where it cannot go on. */
    private readonly signal: AbortSignal,
    private readonly say: (line: string) => void,
  ) {}

  /** Resolves when everything is calm and has had a little time; false: something has not come to rest, which is noted. */
  async calm(): Promise<boolean> {
    const what = await this.stillRestless();
    if (what === null) return true;
    this.unrest.push({ hours: this.time.passedMs / HOUR_MS, what });
    this.say(`no rest: ${what}`);
    return false;
  }

  private async stillRestless(): Promise<string | null> {
    const { restless, time, signal } = this;
    await restless.mend();
    const isAtRest = await time.until(() => restless.isAtRest(), REST_LIMIT_MS, signal);
    if (!isAtRest) return 'upgrades are under way long after all troubles are over';
    await restless.tidyUp();
    const areOpen = await time.until(() => restless.hasItsSockets(), SOCKETS_LIMIT_MS, signal);
    if (!areOpen) return 'not every environment has its socket long after all troubles are over';
    await time.sleep(NOTICED_MS, signal);
    return null;
  }
}
