import { describe, expect, it } from '@jest/globals';
import { pathIn, pathOf } from './paths.js';

describe(pathOf, () => {
  it('is below the environment', () => {
    expect(pathOf({ environment: '1a5', id: '1s7' })).toBe('/projects/1a5/services/1s7');
    expect(pathIn('1a5', 'stacks')).toBe('/projects/1a5/stacks');
  });

  it.each([
    '../../../../simulator',
    '1s7/../1s8',
    '1s7?action=remove',
    '1s7#',
    '1s',
    '',
    '1S7',
    `1s${'7'.repeat(20)}`,
    '1s7\n',
  ])('leads nowhere with %p, which is no id', (id) => {
    const refused = expect.objectContaining({ code: 'rancher.error' });

    expect(() => pathOf({ environment: '1a5', id })).toThrow(refused);
    expect(() => pathOf({ environment: id, id: '1s7' })).toThrow(refused);
    expect(() => pathIn(id, 'services')).toThrow(refused);
  });
});
