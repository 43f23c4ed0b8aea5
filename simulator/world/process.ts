import type { Cancel } from '../clock.js';
import type { Service } from './records.js';
import type { World } from './world.js';

/** A process in steps; it yields how many milliseconds pass until its next step. */
export type Steps = Generator<number, void>;

/** Starts a process on a service, ending the one that runs there; what that one did so far stays. */
export function startProcess(world: World, service: Service, name: string, steps: Steps): void {
  service.process?.end();
  let cancel: Cancel | null = null;
  const process = {
    name,
    transactionId: world.ids.uuid(),
    end: () => {
      cancel?.();
      if (service.process === process) service.process = null;
    },
  };
  service.process = process;
  const step = (): void => {
    const { done, value } = steps.next();
    if (service.process !== process) return;
    if (done === true) service.process = null;
    else cancel = world.clock.schedule(value, step);
  };
  step();
}
