// Labels of points: on no other label and within the picture, however close the points are.
import { expect, it } from 'vitest';
import { placeLabels } from '../../../src/cli/bench/label_places.ts';

const area = { left: 0, right: 900, top: 0, bottom: 500 };
const letters = 6.1;

it('finds room for twenty points in one place', () => {
  const points = Array.from({ length: 20 }, (_, i) => ({
    x: 400 + 7 * (i % 5),
    y: 240 + 5 * Math.floor(i / 5),
    text: `resnet18 layer${i}.conv1`,
  }));
  const placed = placeLabels(points, points, area);
  expect(placed.map(({ text }) => text).toSorted()).toEqual(points.map(({ text }) => text).toSorted());
  const boxes = placed.map(({ x, y, anchor, text }) => {
    const width = letters * text.length;
    return { left: anchor === 'start' ? x : x - width, right: anchor === 'start' ? x + width : x, y };
  });
  for (const [i, a] of boxes.entries()) {
    expect(a.left).toBeGreaterThanOrEqual(area.left);
    expect(a.right).toBeLessThanOrEqual(area.right);
    for (const b of boxes.slice(i + 1))
      expect(a.left < b.right && b.left < a.right && Math.abs(a.y - b.y) < 11).toBe(false);
  }
});

it('stays beside a point that is alone, without a line to it', () => {
  const [label] = placeLabels([{ x: 100, y: 100, text: 'alone' }], [{ x: 100, y: 100 }], area);
  expect(label).toEqual({ text: 'alone', x: 109, y: 100, anchor: 'start', leader: null });
});
