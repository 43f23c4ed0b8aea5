/** How long a process lives, counted in steps: one before and one after everything that it asks of the world outside. */
export class Life {
  private steps = 0;
  private isOver = false;

  /** `last`: the step at which it is killed. */
  constructor(private readonly last = Infinity) {}

  /** How many steps it has made. */
  get made(): number {
    return this.steps;
  }

  /** Whether it was killed. */
  get ended(): boolean {
    return this.isOver;
  }

  /** Does something outside; who was killed before it never does it, who was killed after it never hears of it. */
  async step<T>(work: () => Promise<T>): Promise<T> {
    await this.goOn();
    const result = await work();
    await this.goOn();
    return result;
  }

  private goOn(): Promise<unknown> {
    this.steps += 1;
    if (this.steps >= this.last) this.isOver = true;
    return this.isOver ? new Promise(() => {}) : Promise.resolve();
  }
}

/** The same object, as a process has it that can be killed at each call of one of these methods. */
export function mortal<T extends object>(target: T, life: Life, methods: readonly (keyof T)[]): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = (...args: readonly unknown[]): unknown => Reflect.apply(member, target, args);
      const isStep = methods.some((method) => method === name);
      return isStep ? (...args: readonly unknown[]) => life.step(async () => call(...args)) : call;
    },
  });
}
