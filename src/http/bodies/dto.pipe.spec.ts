import { IsOptional, IsString } from 'class-validator';
import { Transform } from 'class-transformer';
import { describe, expect, it } from '@jest/globals';
import { UpdaterError } from '../../common/errors.js';
import { DtoPipe } from './dto.pipe.js';

let seen: unknown[] = [];

class Order {
  @Transform(({ value }: { value: unknown }) => {
    seen.push(value);
    return value;
  })
  @IsString()
  readonly dish: string = '';

  @IsOptional() @IsString() readonly side?: string;
}

/** Counts how often anything is asked of what is within it. */
function watched(asked: string[]): object {
  return new Proxy({ inner: {} }, { get: (_, name) => asked.push(String(name)) });
}

describe(DtoPipe.name, () => {
  const pipe = new DtoPipe();

  async function problemsOf(value: unknown): Promise<unknown> {
    seen = [];
    const problem = await pipe.transform(value, { type: 'body', metatype: Order }).catch((error) => error);
    return problem instanceof UpdaterError ? problem.details.fields : problem;
  }

  it('lets what is right through as an instance of its class', async () => {
    const order = await pipe.transform({ dish: 'soup' }, { type: 'body', metatype: Order });

    expect(order).toBeInstanceOf(Order);
    expect(order).toEqual({ dish: 'soup' });
  });

  it.each([
    ['an object', watched, {}],
    ['a list', (asked: string[]) => Array.from({ length: 30_000 }, () => watched(asked)), ['', '']],
  ])('looks at nothing within %s that is no field', async (_, made, left) => {
    const asked: string[] = [];

    const problems = await problemsOf({ dish: made(asked) });

    expect(problems).toEqual([{ field: 'dish', message: 'must be a string' }]);
    expect(seen).toEqual([left]);
    expect(asked).toEqual([]);
  });

  it('keeps fields that are not known from all that follows, however many there are', async () => {
    const asked: string[] = [];
    const many = Object.fromEntries(
      Array.from({ length: 7000 }, (_, number) => [`x${number}`, watched(asked)]),
    );

    const problems = await problemsOf({ ...many, dish: 'soup' });

    expect(problems).toHaveLength(20);
    expect(problems).toContainEqual({ field: 'x0', message: 'is not a known field' });
    expect(seen).toEqual(['soup']);
    expect(asked).toEqual([]);
  });
});
