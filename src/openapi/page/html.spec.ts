import { describe, expect, it } from '@jest/globals';
import { escaped, folded, inline, prose, table } from './html.js';

const EVIL = '<img src=x onerror="alert(1)"> & more';
const SAFE = '&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; more';

describe('what the page is made of', () => {
  it('has no markup of its own from texts', () => {
    expect(escaped(EVIL)).toBe(SAFE);
    expect(inline(EVIL)).toBe(SAFE);
    expect(folded(EVIL, EVIL)).toBe(`<details><summary>${SAFE}</summary><pre>${SAFE}</pre></details>`);
    expect(table([EVIL], [['<b>made here</b>']])).toContain(`<th>${SAFE}</th>`);
  });

  it('shows code between backticks', () => {
    expect(inline('say `"a" <b>` and `c`')).toBe(
      'say <code>&quot;a&quot; &lt;b&gt;</code> and <code>c</code>',
    );
  });

  it('shows paragraphs and lists', () => {
    expect(prose('One.\n\n- `a`: x\n- b\n\nTwo.')).toBe(
      '<p>One.</p><ul><li><code>a</code>: x</li><li>b</li></ul><p>Two.</p>',
    );
  });

  it('shows values as JSON, and texts as they are', () => {
    expect(folded('a', { b: 1 })).toContain('<pre>{\n  &quot;b&quot;: 1\n}</pre>');
    expect(folded('a', 'id: 1\n')).toContain('<pre>id: 1\n</pre>');
  });

  it('shows no table without rows', () => {
    expect(table(['a'], [])).toBe('');
  });
});
