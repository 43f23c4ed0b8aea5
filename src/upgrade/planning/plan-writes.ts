import { breath } from '../../common/breath.js';
import type { Environment } from '../../domain/service.js';
import type { Planning, PlanningStep } from '../recording/planning-step.js';
import { listed, together } from './planning-changes.js';

type Step = (stored: Planning) => PlanningStep;

/**
 * What came of an upgrade's environments, written as it comes: those that are ready at the same time together, and the first
 * of them together with the list of all, for the disk takes as long for one as for many.
 */
export class PlanWrites {
  private readonly waiting: Step[] = [];
  private writing: Promise<boolean> | null = null;

  /** `fresh`: all environments, where they are not stored yet. `store`: answers whether it has written the step. */
  constructor(
    private readonly fresh: readonly Environment[],
    private readonly store: (choose: Step) => Promise<boolean>,
  ) {}

  /**
   * Answers whether it is written; false: planning has been called off. What is written together fails together. Throws
   * what `store` throws.
   */
  write(step: Step): Promise<boolean> {
    this.waiting.push(step);
    this.writing ??= this.writeTogether();
    return this.writing;
  }

  private async writeTogether(): Promise<boolean> {
    await breath();
    const steps = this.waiting.splice(0);
    this.writing = null;
    return this.store((stored) => {
      const isListed = stored.pending.length > 0;
      return together(stored, isListed ? steps : [({ upgrade }) => listed(upgrade, this.fresh), ...steps]);
    });
  }
}
