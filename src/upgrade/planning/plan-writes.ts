import { breath, inFews } from '../../common/breath.js';
import type { Environment } from '../../domain/service.js';
import type { EnvironmentPlan } from '../../domain/upgrade.js';
import type { Planning, PlanningStep } from '../recording/planning-step.js';
import { listed, queued, read, together } from './planning-changes.js';
import type { Planned } from './upgrade.planner.js';

/** So many rollouts are written in one change at most: nothing else is read or written meanwhile. */
const SERVICES_AT_ONCE = 100;

type Step = (stored: Planning) => PlanningStep;

interface Write {
  readonly step: Step;
  readonly services: number;
  resolve(isWritten: boolean): void;
  reject(error: unknown): void;
}

/**
 * What came of an upgrade's environments, written as it comes: those that are ready at the same time together while they are
 * small, and the first of them together with the list of all, for the disk takes as long for one as for many.
 */
export class PlanWrites {
  private readonly waiting: Write[] = [];
  private isWriting = false;

  /** `fresh`: all environments, where they are not stored yet. `store`: answers whether it has written the step. */
  constructor(
    private readonly fresh: readonly Environment[],
    private readonly store: (choose: Step) => Promise<boolean>,
  ) {}

  /**
   * Writes an environment's plan, one with many rollouts in parts: the environment is pending until the last is written, and rollouts
   * may begin before. Answers whether it is written; false: planning has been called off, or the signal aborted. Throws as
   * `write` does.
   */
  async writePlan(
    plan: EnvironmentPlan,
    { rollouts, skipped }: Planned,
    now: Date,
    signal: AbortSignal,
  ): Promise<boolean> {
    const parts = inFews(rollouts, SERVICES_AT_ONCE);
    for (const part of parts.slice(0, -1)) {
      const isWritten = await this.write((stored) => queued(stored, part), part.length);
      if (!isWritten || signal.aborted) return false;
    }
    const last = { rollouts: parts.at(-1) ?? [], skipped };
    return this.write((stored) => read(stored, plan, last, now), last.rollouts.length + skipped.length);
  }

  /**
   * Writes a step that is about so many services. Answers whether it is written; false: planning has been called off. What
   * is written together fails together. Throws what `store` throws.
   */
  write(step: Step, services = 0): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ step, services, resolve, reject });
      if (!this.isWriting) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    await breath();
    while (this.waiting.length > 0) await this.writeTogether(this.few());
    this.isWriting = false;
  }

  /** The first that waits, and of the others as many as are still few with it. */
  private few(): readonly Write[] {
    let services = 0;
    const end = this.waiting.findIndex((write, index) => {
      services += write.services;
      return index > 0 && services > SERVICES_AT_ONCE;
    });
    return this.waiting.splice(0, end < 0 ? this.waiting.length : end);
  }

  private async writeTogether(writes: readonly Write[]): Promise<void> {
    const steps = writes.map(({ step }) => step);
    try {
      const isWritten = await this.store((stored) => {
        const isListed = stored.pending.length > 0;
        return together(stored, isListed ? steps : [({ upgrade }) => listed(upgrade, this.fresh), ...steps]);
      });
      for (const write of writes) write.resolve(isWritten);
    } catch (error) {
      for (const write of writes) write.reject(error);
    }
  }
}
