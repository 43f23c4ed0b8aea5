import type { Abstract, FactoryProvider, InjectionToken, Provider, Type } from '@nestjs/common';

/** Makes a provider of `all`, the list of kinds that other modules make and export. */
export function provideList<T>(all: InjectionToken<readonly T[]>, kinds: readonly Type<T>[]): Provider {
  const list: FactoryProvider = {
    provide: all,
    inject: [...kinds],
    useFactory: (...made: T[]): readonly T[] => made,
  };
  return list;
}

/** Makes providers of every kind in a register, and of `all`, the list of them. */
export function provideAll<T>(all: InjectionToken<readonly T[]>, kinds: readonly Type<T>[]): Provider[] {
  return [...kinds, provideList(all, kinds)];
}

/** Makes a provider of the only kind in use: `contract` is answered by `kind`. */
export function provideOne<T>(contract: Abstract<T>, kind: Type<T>): Provider[] {
  return [kind, { provide: contract, useExisting: kind }];
}
