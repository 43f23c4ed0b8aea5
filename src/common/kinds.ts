import type { Abstract, FactoryProvider, InjectionToken, Provider, Type } from '@nestjs/common';

/** Makes providers of every kind in a register, and of `all`, the list of them. */
export function provideAll<T>(all: InjectionToken<readonly T[]>, kinds: readonly Type<T>[]): Provider[] {
  const list: FactoryProvider = {
    provide: all,
    inject: [...kinds],
    useFactory: (...made: T[]): readonly T[] => made,
  };
  return [...kinds, list];
}

/** Makes a provider of the only kind in use: `contract` is answered by `kind`. */
export function provideOne<T>(contract: Abstract<T>, kind: Type<T>): Provider[] {
  return [kind, { provide: contract, useExisting: kind }];
}
