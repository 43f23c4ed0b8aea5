import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import type { Named } from '../../domain/service.js';
import { CattleClient } from './api/cattle.client.js';
import { CattleEnvironments } from './cattle.environments.js';
import { isStack } from './api/cattle.wire.js';

const MAX_AGE_MS = 300_000;
const MAX_AGE_IF_MISSING_MS = 10_000;

type List = () => Promise<readonly Named[]>;
type NamesById = ReadonlyMap<string, string>;

interface Asked {
  readonly atMs: number;
  readonly names: Promise<NamesById>;
}

/** What people call environments and stacks, asked for by the list and at most five minutes old. */
@Injectable()
export class CattleNames {
  private readonly asked = new Map<string, Asked>();

  constructor(
    private readonly client: CattleClient,
    private readonly environments: CattleEnvironments,
    private readonly clock: Clock,
  ) {}

  async environment(id: string): Promise<Named> {
    return this.named('', id, () => this.environments.list());
  }

  /** A stack of an environment. */
  async stack(environment: string, id: string): Promise<Named> {
    return this.named(environment, id, async () =>
      (await this.client.list(`/projects/${environment}/stacks`)).filter(isStack),
    );
  }

  /** What is not in the list has its id for a name. */
  private async named(key: string, id: string, list: List): Promise<Named> {
    const known = await this.names(key, MAX_AGE_MS, list);
    const names = known.has(id) ? known : await this.names(key, MAX_AGE_IF_MISSING_MS, list);
    return { id, name: names.get(id) ?? id };
  }

  private names(key: string, maxAgeMs: number, list: List): Promise<NamesById> {
    const nowMs = this.clock.monotonicMs();
    const last = this.asked.get(key);
    if (last && nowMs - last.atMs < maxAgeMs) return last.names;
    const names = list().then((all) => new Map(all.map(({ id, name }) => [id, name])));
    this.asked.set(key, { atMs: nowMs, names });
    names.catch(() => this.asked.delete(key));
    return names;
  }
}
