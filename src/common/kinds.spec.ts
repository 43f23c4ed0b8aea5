import { describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { provideAll, provideList, provideOne } from './kinds.js';

abstract class Bird {
  abstract readonly says: string;
}

class Duck extends Bird {
  override readonly says = 'quack';
}

class Goose extends Bird {
  override readonly says = 'honk';
}

const BIRDS = Symbol('BIRDS');

class Pond {}

function pond(providers: ReturnType<typeof provideAll>) {
  return NestFactory.createApplicationContext({ module: Pond, providers }, { logger: false });
}

describe(provideAll.name, () => {
  it('makes every kind once, and a list of them in the order of the register', async () => {
    const app = await pond(provideAll<Bird>(BIRDS, [Goose, Duck]));

    const birds = app.get<readonly Bird[]>(BIRDS);

    expect(birds.map(({ says }) => says)).toEqual(['honk', 'quack']);
    expect(birds[1]).toBe(app.get(Duck));
  });

  it('makes an empty list of an empty register', async () => {
    const app = await pond(provideAll<Bird>(BIRDS, []));

    expect(app.get(BIRDS)).toEqual([]);
  });
});

describe(provideList.name, () => {
  it('lists kinds that other modules have made', async () => {
    class Nest {}
    const nest = { module: Nest, providers: [Duck], exports: [Duck] };
    const providers = [provideList<Bird>(BIRDS, [Duck])];
    const app = await NestFactory.createApplicationContext(
      { module: Pond, imports: [nest], providers },
      { logger: false },
    );

    expect(app.get(BIRDS)).toEqual([app.get(Duck)]);
  });
});

describe(provideOne.name, () => {
  it('answers the contract with the kind', async () => {
    const app = await pond(provideOne(Bird, Duck));

    expect(app.get(Bird)).toBe(app.get(Duck));
  });
});
