import { Injectable } from '@nestjs/common';
import type { UpdaterError } from './errors.js';

/**
 * How a part of the service says that it cannot go on. The service then stops as if it had been told to, but its status is
 * a failure's.
 */
@Injectable()
export class Ending {
  /** Resolves, if ever, with why. */
  readonly asked: Promise<UpdaterError>;
  private ask: (reason: UpdaterError) => void = () => undefined;

  constructor() {
    this.asked = new Promise((resolve) => (this.ask = resolve));
  }

  because(reason: UpdaterError): void {
    this.ask(reason);
  }
}
