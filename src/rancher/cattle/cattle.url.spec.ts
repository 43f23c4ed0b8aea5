import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readCattleUrl } from './cattle.url.js';

describe(readCattleUrl, () => {
  it.each([
    ['http://h:8080', 'http://h:8080', null],
    ['http://h:8080/', 'http://h:8080', null],
    ['http://h:8080/v1', 'http://h:8080', null],
    ['http://h:8080/v1/', 'http://h:8080', null],
    ['http://h:8080/v2-beta', 'http://h:8080', null],
    ['http://h:8080//v2-beta//', 'http://h:8080', null],
    ['http://h:8080/v1/projects/1a5', 'http://h:8080', '1a5'],
    ['http://h:8080/v2-beta/projects/1a5/', 'http://h:8080', '1a5'],
    ['http://h:8080/v2-beta//projects//1a5', 'http://h:8080', '1a5'],
    ['http://h:8080/v2-beta/projects', 'http://h:8080', null],
    ['http://h:8080/v1/schemas', 'http://h:8080', null],
    ['http://h:8080/v1/projects/1a5/schemas', 'http://h:8080', '1a5'],
    ['http://h:8080/v2-beta/projects/1a5/schemas/', 'http://h:8080', '1a5'],
    ['https://h/some/prefix/v1', 'https://h/some/prefix', null],
    ['https://h/some/prefix', 'https://h/some/prefix', null],
    ['https://h/some//prefix//v2-beta/projects/1a5', 'https://h/some/prefix', '1a5'],
    ['https://h/v1/rancher/v2-beta', 'https://h/v1/rancher', null],
    ['https://h:443/v1', 'https://h', null],
    ['HTTPS://Rancher.Example/v1', 'https://rancher.example', null],
    ['http://[::1]:8080/v1', 'http://[::1]:8080', null],
    ['http://rancher_server:8080', 'http://rancher_server:8080', null],
  ])('reads %s', (text, root, environment) => {
    expect(readCattleUrl(text)).toEqual({ ok: true, address: { root, api: `${root}/v2-beta`, environment } });
  });

  it.each([
    ['', /http:\/\/ or https:\/\//],
    ['rancher', /http:\/\/ or https:\/\//],
    ['rancher:8080/v1', /http:\/\/ or https:\/\//],
    ['ftp://rancher/v1', /http:\/\/ or https:\/\//],
    ['http://', /http:\/\/ or https:\/\//],
    ['http://user:hush@h/v1', /CATTLE_ACCESS_KEY/],
    ['http://user@h/v1', /CATTLE_ACCESS_KEY/],
    ['http://h/v1?limit=1', /neither \? nor #/],
    ['http://h/v1#top', /neither \? nor #/],
    ['http://h/v1/services', /must end with the version/],
    ['http://h/v1/projects/1a5/services', /must end with the version/],
    ['http://h/v1/projects/Default', /by its id/],
    ['http://h/v1/projects/1st5', /by its id/],
  ])('says what is wrong with "%s"', (text, problem) => {
    expect(readCattleUrl(text)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });

  it('never shows a password', () => {
    const read = readCattleUrl('https://me:hush@h/v1/nonsense?hush');

    expect(JSON.stringify(read)).not.toContain('hush');
  });

  it('reads the address that it has made as the same again', () => {
    const part = fc.constantFrom('a', 'v1', 'v2-beta', 'projects', '1a5', 'schemas', '', 'é');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const read = readCattleUrl(`http://h/${parts.join('/')}`);
        if (!read.ok) return;
        const again = readCattleUrl(read.address.api);
        expect(again).toEqual({ ok: true, address: { ...read.address, environment: null } });
      }),
    );
  });
});
