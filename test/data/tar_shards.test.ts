// Tar shards: samples by name, long names of two kinds, and archives that are damaged.
import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { tarShards } from '../../src/data/tar_shards.ts';
import { dataFolder, failure, png, tarFile } from '../support/data_folder.ts';

const labels = (set: Dataset) => Array.from({ length: set.length }, (_, i) => set.label(i));
const level = async (set: Dataset, i: number) => (await set.read(i)).data[0];
const blob = (bytes: Uint8Array, name = 'shard.tar') => new File([new Uint8Array(bytes)], name);

describe('tar shards', () => {
  it('are pictures and classes of one name', async () => {
    const first = tarFile([
      { path: 'a/0001.cls', body: '2\n' },
      { path: 'a/0001.png', body: await png(11) },
      { path: 'a/0002.seg.png', body: await png(1) },
      { path: 'a/0002.png', body: await png(12) },
      { path: 'a/0002.json', body: '{ "label": 0 }' },
      { path: 'a/', body: '', type: '5' },
      { path: 'readme', body: 'nothing' },
    ]);
    const second = tarFile([
      { path: '0001.png', body: await png(13) },
      { path: '0001.cls', body: '1' },
    ]);
    const folder = await dataFolder({ '0.tar': first, '1.tar': second });
    for (const places of [
      [`${folder}/0.tar`, `${folder}/1.tar`],
      [blob(first, '0.tar'), blob(second, '1.tar')],
    ]) {
      const set = await tarShards(places);
      expect([labels(set), set.classes]).toEqual([[2, 0, 1], 3]);
      expect([await level(set, 0), await level(set, 1), await level(set, 2)]).toEqual([11, 12, 13]);
      expect(set.name(1)).toMatch(/0\.tar: a\/0002\.png$/);
    }
  });

  it('may have names for classes', async () => {
    const shard = tarFile([
      { path: '1.png', body: await png(1) },
      { path: '1.cls', body: 'dog' },
      { path: '2.png', body: await png(2) },
      { path: '2.cls', body: 'cat' },
    ]);
    const set = await tarShards(blob(shard));
    expect([labels(set), set.classNames]).toEqual([
      [1, 0],
      ['cat', 'dog'],
    ]);
  });

  it('that GNU tar writes are read, long names in both formats', async () => {
    const long = 'folder-with-a-long-name/'.repeat(6);
    const folder = await dataFolder({ [`in/${long}1.png`]: await png(77), [`in/${long}1.cls`]: '0' });
    for (const format of ['gnu', 'pax', 'ustar']) {
      execFileSync('tar', [`--format=${format}`, '-cf', `${folder}/${format}.tar`, '-C', `${folder}/in`, '.']);
      const set = await tarShards(`${folder}/${format}.tar`);
      expect([set.length, await level(set, 0)]).toEqual([1, 77]);
      expect(set.name(0)).toBe(`${folder}/${format}.tar: ./${long}1.png`);
    }
  });

  it('are refused where they are damaged, with the place', async () => {
    const shard = tarFile([
      { path: '1.cls', body: '0' },
      { path: '1.png', body: await png(1, 40, 40) },
    ]);
    const refused = (bytes: Uint8Array) => failure(tarShards(blob(bytes)));
    expect(await refused(shard.subarray(0, 1600))).toMatch(
      /^DataError corrupt_file: shard\.tar: at byte 1024: it ends within 1\.png: \d+ bytes were expected, it has 1600$/,
    );
    expect(await refused(shard.subarray(0, 1100))).toContain('at byte 1024: it ends in the header of a file');
    const flipped = Uint8Array.from(shard, (byte, i) => (i === 1030 ? byte ^ 1 : byte));
    expect(await refused(flipped)).toContain('at byte 1024: broken header of a file');
    expect(await refused(new Uint8Array(2048).fill(65))).toContain(
      'at byte 0: it does not begin as a tar archive does',
    );
    expect(await refused(gzipSync(shard))).toContain(
      'it is packed with gzip, and pictures are read at random: unpack it',
    );
    expect(await refused(new Uint8Array(1024))).toMatch(/^DataError empty_dataset: /);
  });

  it('are refused where a class is missing or no class', async () => {
    const picture = { path: '1.png', body: await png(1) };
    const refused = (...more: { path: string; body: string }[]) =>
      failure(tarShards(blob(tarFile([picture, ...more]))));
    expect(await refused()).toContain('shard.tar: 1.png: there is no 1.cls or 1.json to say its class');
    for (const [path, body] of [
      ['1.cls', ' \n'],
      ['1.json', '{ "label": [1] }'],
      ['1.json', '{ broken'],
    ] as const) {
      expect(await refused({ path, body })).toContain(`shard.tar: ${path}: a class was expected, it is '`);
    }
  });

  it('name the member that is no picture', async () => {
    const set = await tarShards(
      blob(
        tarFile([
          { path: '1.png', body: 'text' },
          { path: '1.cls', body: '0' },
        ]),
      ),
    );
    expect(await failure(set.read(0))).toContain('ImageError unsupported_image: shard.tar: 1.png: ');
  });
});
