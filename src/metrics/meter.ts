import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type Observable, Subscription } from 'rxjs';

/** Keeps some of the numbers. Most are counted as things happen; the rest is looked at when somebody asks. */
@Injectable()
export abstract class Meter implements OnModuleInit, OnModuleDestroy {
  private readonly following = new Subscription();

  /** Begins to listen. */
  abstract onModuleInit(): void;

  /** Looks at what nobody tells of, just before the numbers are read. Never throws: what cannot be had is left out. */
  async refresh(): Promise<void> {}

  onModuleDestroy(): void {
    this.following.unsubscribe();
  }

  protected follow<T>(source: Observable<T>, take: (item: T) => void): void {
    this.following.add(source.subscribe(take));
  }
}
