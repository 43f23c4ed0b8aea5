import { describe, expect, it } from '@jest/globals';
import { containerIds, OwnContainer } from './own-container.js';

const ID = 'a1'.repeat(32);
const OTHER = 'b2'.repeat(32);
const mount = (root: string, point: string) =>
  `1204 1187 254:1 ${root} ${point} rw,relatime - ext4 /dev/vda1 rw`;

describe(containerIds, () => {
  it.each([
    ['groups of the first version', `12:pids:/docker/${ID}\n11:cpu:/docker/${ID}\n`, '', 'host', [ID]],
    ['systemd', `1:name=systemd:/system.slice/docker-${ID}.scope`, '', 'host', [ID]],
    ['an engine in a container', `12:pids:/docker/${OTHER}/docker/${ID}`, '', 'host', [ID]],
    [
      'groups of the second version',
      '0::/',
      mount(`/var/lib/docker/containers/${ID}/hostname`, '/etc/hostname'),
      'host',
      [ID],
    ],
    ['a host name', '', '', ID.slice(0, 12), [ID.slice(0, 12)]],
    ['a host that only looks alike', '', '', 'a1a1a1', []],
    ['no container', '0::/init.scope', mount('/', '/'), 'host', []],
    [
      "somebody else's mounts",
      '',
      mount(`/docker/containers/${OTHER}/mounts/shm`, `/var/lib/docker/containers/${OTHER}/mounts/shm`),
      'host',
      [],
    ],
    ['nothing', '', '', '', []],
  ])('are told by %s', (_, cgroup, mountinfo, host, ids) => {
    expect(containerIds(cgroup, mountinfo, host)).toEqual(ids);
  });
});

describe(OwnContainer, () => {
  it('looks where it runs, and never fails', () => {
    const own = new OwnContainer();

    expect(own.is('no id at all')).toBe(false);
    expect([true, false]).toContain(own.isKnown);
  });
});
