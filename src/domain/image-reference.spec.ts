import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  atVersionOf,
  checkedReference,
  effectiveTag,
  formatImageReference,
  parseImageReference,
  repositoryOf,
  withoutScheme,
  type ImageReference,
} from './image-reference.js';

const SHA256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const SHA384 = `sha384:${'0123456789abcdef'.repeat(6)}`;
const SHA512 = `sha512:${'0123456789abcdef'.repeat(8)}`;

function read(text: string): ImageReference {
  const parsed = parseImageReference(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.reference;
}

function problemOf(text: string): string | null {
  const parsed = parseImageReference(text);
  return parsed.ok ? null : parsed.problem;
}

describe(parseImageReference.name, () => {
  it.each([
    ['web', 'docker.io', 'library/web', null, null],
    ['web:2.1.0', 'docker.io', 'library/web', '2.1.0', null],
    ['acme/web', 'docker.io', 'acme/web', null, null],
    ['library/web', 'docker.io', 'library/web', null, null],
    ['docker.io/web', 'docker.io', 'library/web', null, null],
    ['index.docker.io/web', 'docker.io', 'library/web', null, null],
    ['registry-1.docker.io/acme/web', 'docker.io', 'acme/web', null, null],
    ['Docker.IO/web', 'docker.io', 'library/web', null, null],
    ['registry.acme.io/web', 'registry.acme.io', 'web', null, null],
    ['registry.acme.io/shop/eu/web:v1', 'registry.acme.io', 'shop/eu/web', 'v1', null],
    ['Registry.Acme.io/shop/web', 'registry.acme.io', 'shop/web', null, null],
    ['registry:5000/web:5000', 'registry:5000', 'web', '5000', null],
    ['registry.acme.io:443/web', 'registry.acme.io:443', 'web', null, null],
    ['localhost/web', 'localhost', 'web', null, null],
    ['localhost:5000/web', 'localhost:5000', 'web', null, null],
    ['localhost:5000', 'docker.io', 'library/localhost', '5000', null],
    ['10.0.0.1:5000/web', '10.0.0.1:5000', 'web', null, null],
    ['[::1]/web', '[::1]', 'web', null, null],
    ['[2001:DB8::1]:5000/shop/web:1.0', '[2001:db8::1]:5000', 'shop/web', '1.0', null],
    ['a.b-c.d/x_y/x__y/x-----y/x.y', 'a.b-c.d', 'x_y/x__y/x-----y/x.y', null, null],
    ['web:_A.b-C', 'docker.io', 'library/web', '_A.b-C', null],
    [`web@${SHA256}`, 'docker.io', 'library/web', null, SHA256],
    [`web:1.0@${SHA384}`, 'docker.io', 'library/web', '1.0', SHA384],
    [`registry:5000/web@${SHA512}`, 'registry:5000', 'web', null, SHA512],
    [`registry.acme.io/${'0'.repeat(64)}`, 'registry.acme.io', '0'.repeat(64), null, null],
    [`web:${'1'.repeat(128)}`, 'docker.io', 'library/web', '1'.repeat(128), null],
    [`r.io/${'a'.repeat(255)}`, 'r.io', 'a'.repeat(255), null, null],
  ])('reads %s', (text, registry, path, tag, digest) => {
    const spelling = text.slice(0, text.length - suffixLength(tag, digest));

    expect(parseImageReference(text)).toEqual({
      ok: true,
      reference: { spelling, registry, path, tag, digest },
    });
  });

  it.each([
    ['', 'is empty'],
    ['!!!', '"!!!" is not made of parts'],
    [' web', 'is not made of parts'],
    ['web ', 'is not made of parts'],
    ['web\n', 'is not made of parts'],
    ['/web', 'is not made of parts'],
    ['web/', 'is not made of parts'],
    ['acme//web', 'is not made of parts'],
    ['-web', 'is not made of parts'],
    ['web-', 'is not made of parts'],
    ['a..b', 'is not made of parts'],
    ['a___b', 'is not made of parts'],
    ['a._b', 'is not made of parts'],
    ['wéb', 'is not made of parts'],
    [`${'a'.repeat(500)}!`, 'has 501 characters; at most 255'],
    [`r.io/${'a'.repeat(256)}`, 'has 256 characters; at most 255'],
    ['a'.repeat(513), 'has 513 characters; at most 512'],
    ['Web', 'upper case'],
    ['acme/Web:1.0', 'upper case'],
    ['Acme/web', 'upper case'],
    ['LOCALHOST/web', 'upper case'],
    ['registry.acme.io/Shop/web', 'upper case'],
    ['0'.repeat(64), 'is the id of an image'],
    ['registry.acme.io/', 'names no repository'],
    ['registry:5000/', 'names no repository'],
    [':1.0', 'names no repository'],
    [`@${SHA256}`, 'names no repository'],
    ['https://registry.acme.io/web', 'leave out https://: an image reference has no scheme'],
    ['HTTP://acme/web:1', 'leave out HTTP://'],
    ['registry:/web', 'no valid port'],
    ['registry:0/web', 'no valid port'],
    ['registry:65536/web', 'no valid port'],
    ['registry:50x/web', 'no valid port'],
    ['registry:000000080/web', 'no valid port'],
    ['-registry.io/web', 'is not a host name'],
    ['registry-.io/web', 'is not a host name'],
    ['registry..io/web', 'is not a host name'],
    ['registry.io./web', 'is not a host name'],
    ['my_registry.io/web', 'is not a host name'],
    [':5000/web', 'is not a host name'],
    ['[::1/web', 'is not a host name'],
    ['[::g]:5000/web', 'is not a host name'],
    ['user:pass@registry.io/web', 'digest'],
    ['web:', 'the tag "" is not made of'],
    ['web:-1', 'the tag "-1"'],
    ['web:.1', 'the tag ".1"'],
    ['web:1:2', 'the tag "1:2"'],
    ['web:1.2.3+build', 'the tag "1.2.3+build"'],
    ['web:1.0\n', 'the tag "1.0\\n"'],
    [`web:${'1'.repeat(129)}`, 'is not made of 1 to 128'],
    ['web@', 'the digest ""'],
    ['web@latest', 'the digest "latest"'],
    [`web@${SHA256.toUpperCase()}`, 'the digest'],
    [`web@${SHA256.slice(0, -1)}`, 'the digest'],
    [`web@${SHA256}0`, 'the digest'],
    [`web@md5:${'0'.repeat(32)}`, 'the digest'],
    [`web@${SHA256}:1.0`, 'the digest'],
    [`web@${SHA256}@${SHA256}`, 'the digest'],
  ])('refuses %j and says why', (text, problem) => {
    expect(problemOf(text)).toContain(problem);
  });

  it('refuses an image that Rancher would take', () => {
    expect(problemOf(withoutScheme('docker:!!!'))).toContain('is not made of parts');
  });

  it('has an answer to any text, and what it lets through has the form it promises', () => {
    const pieces = fc.constantFrom('a', 'B', '0', '.', '-', '_', '/', ':', '@', '[', ']', '!', SHA256);
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 600 }),
      fc.array(pieces, { maxLength: 40 }).map((list) => list.join('')),
    );

    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseImageReference(text);

        expect(parsed.ok ? formatImageReference(parsed.reference) : text).toBe(text);
        expect(parsed.ok ? text.length <= 512 : parsed.problem !== '').toBe(true);
        expect(parsed.ok ? isNormalised(parsed.reference) : true).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['a', '.', '-', '_', '/', ':', '@', '[', 'a.', 'a-', 'a/', 'a:', 'a@', '[:', 'a__', 'A'])(
    'refuses the longest text made of %j that ends badly',
    (piece) => {
      const text = `${piece.repeat(500).slice(0, 510)}!`;

      expect(parseImageReference(text).ok).toBe(false);
      expect(parseImageReference(`registry.io/${text}`.slice(0, 512)).ok).toBe(false);
    },
  );
});

describe(formatImageReference.name, () => {
  it('writes what is read again as the same reference', () => {
    fc.assert(
      fc.property(references(), (text) => {
        const reference = read(text);

        expect(formatImageReference(reference)).toBe(text);
        expect(read(formatImageReference(reference))).toEqual(reference);
      }),
    );
  });
});

describe(withoutScheme.name, () => {
  it.each([
    ['docker:acme/web:1.0', 'acme/web:1.0'],
    ['acme/web:1.0', 'acme/web:1.0'],
    ['docker:docker:24', 'docker:24'],
    ['Docker:web', 'Docker:web'],
    ['docker/web', 'docker/web'],
    ['docker:', ''],
  ])('makes %s to %j', (text, expected) => {
    expect(withoutScheme(text)).toBe(expected);
  });
});

describe(repositoryOf.name, () => {
  it.each([
    ['web', 'docker.io/library/web:2'],
    ['web', 'index.docker.io/library/web'],
    ['library/web', 'registry-1.docker.io/web'],
    ['acme/web:1', `docker.io/acme/web@${SHA256}`],
    ['R.acme.io/web', 'r.acme.io/web'],
  ])('is one for %s and %s', (one, other) => {
    expect(repositoryOf(read(one))).toBe(repositoryOf(read(other)));
  });

  it.each([
    ['web', 'acme/web'],
    ['web', 'registry.acme.io/library/web'],
    ['r.io/web', 'r.io:5000/web'],
    ['r.io/web', 'r.io/library/web'],
    ['r.io/a/b', 'r.io/a-b'],
    ['localhost/web', 'localhost:5000/web'],
  ])('is not one for %s and %s', (one, other) => {
    expect(repositoryOf(read(one))).not.toBe(repositoryOf(read(other)));
  });
});

describe(effectiveTag.name, () => {
  it.each([
    ['web', 'latest'],
    ['web:1.0', '1.0'],
    [`web:1.0@${SHA256}`, '1.0'],
    [`web@${SHA256}`, null],
  ])('takes %s to mean the tag %s', (text, tag) => {
    expect(effectiveTag(read(text))).toBe(tag);
  });
});

describe(atVersionOf.name, () => {
  it.each([
    ['docker.io/acme/web:1.0', 'acme/web:2.0', 'docker.io/acme/web:2.0'],
    ['web:1.0', 'index.docker.io/library/web', 'web:latest'],
    [`acme/web:1.0@${SHA256}`, 'acme/web:2.0', 'acme/web:2.0'],
    ['Registry.acme.io/web:1.0', `registry.acme.io/web@${SHA512}`, `Registry.acme.io/web@${SHA512}`],
    ['web', `web:1.0@${SHA256}`, `web:1.0@${SHA256}`],
  ])('puts %s to the version of %s as %s', (running, published, expected) => {
    expect(formatImageReference(atVersionOf(read(running), read(published)))).toBe(expected);
  });

  it('stays in the repository that is running', () => {
    fc.assert(
      fc.property(references(), references(), (running, published) => {
        const [from, to] = [read(running), read(published)];

        const wanted = atVersionOf(from, to);

        expect(repositoryOf(wanted)).toBe(repositoryOf(from));
        expect([effectiveTag(wanted), wanted.digest]).toEqual([effectiveTag(to), to.digest]);
      }),
    );
  });
});

function isNormalised(reference: ImageReference): boolean {
  const { registry, path } = read(repositoryOf(reference));
  return registry === reference.registry && path === reference.path;
}

function suffixLength(tag: string | null, digest: string | null): number {
  return (tag === null ? 0 : tag.length + 1) + (digest === null ? 0 : digest.length + 1);
}

function references(): fc.Arbitrary<string> {
  const host = fc.constantFrom('', 'docker.io/', 'R.acme.io/', 'localhost/', 'r:5000/', '[fe80::1]:80/');
  const part = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,8}){0,2}$/);
  const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const tag = fc.oneof(fc.constant(''), fc.stringMatching(/^:[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/));
  const digest = fc.constantFrom('', `@${SHA256}`, `@${SHA512}`);
  const texts = fc.tuple(host, path, tag, digest).map((parts) => parts.join(''));
  // A first part with a dot is taken for a host, and may be none.
  return texts.filter((text) => parseImageReference(text).ok);
}

describe('checkedReference', () => {
  it('reads what was checked, and throws with the problem of what was not', () => {
    expect(checkedReference('acme/web:1')).toMatchObject({ path: 'acme/web', tag: '1' });
    expect(() => checkedReference('Acme/web')).toThrow(/lower case/);
  });
});
