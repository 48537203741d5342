// Places for the labels of points, none on another or on a point, as near to its own as there is room.

interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Labelled extends Spot {
  readonly text: string;
}

export interface PlacedLabel {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end';
  /** A line to the point, where the label is not beside it. */
  readonly leader: { readonly from: Spot; readonly to: Spot } | null;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Of a letter at 11 px, on the wide side: what the reader's font is, is not known. */
const LETTER = 6.1;
const HEIGHT = 13;
const GAP = 9;
/** How far labels go from their points, in steps. */
const DISTANCES = [0, 14, 26, 40, 56, 74, 96, 120, 150];
const DIRECTIONS = 16;

/** Points of the lowest x first, which have the most room to their left. `taken` are spots that no label covers. */
export function placeLabels(points: readonly Labelled[], taken: readonly Spot[], area: Box): readonly PlacedLabel[] {
  const boxes: Box[] = [];
  return points
    .toSorted((a, b) => a.x - b.x)
    .map((point) => {
      const places = candidates(point);
      const cost = ({ box, distance }: Candidate) => {
        const outside = Math.max(
          0,
          area.left - box.left,
          box.right - area.right,
          area.top - box.top,
          box.bottom - area.bottom,
        );
        const covered = boxes.filter((other) => overlaps(box, other)).length;
        const spots = taken.filter((spot) => holds(box, spot)).length;
        return 1000 * outside + 400 * covered + 60 * spots + distance;
      };
      const best = places.reduce((a, b) => (cost(b) < cost(a) ? b : a));
      boxes.push(best.box);
      return best.label;
    });
}

interface Candidate {
  readonly box: Box;
  readonly distance: number;
  readonly label: PlacedLabel;
}

function candidates(point: Labelled): Candidate[] {
  return DISTANCES.flatMap((distance) =>
    Array.from({ length: DIRECTIONS }, (_, i) => {
      const angle = (2 * Math.PI * i) / DIRECTIONS;
      const anchor = Math.cos(angle) >= -1e-9 ? 'start' : 'end';
      const side = anchor === 'start' ? 1 : -1;
      const x = fixed(point.x + side * GAP + distance * Math.cos(angle));
      const y = fixed(point.y - distance * Math.sin(angle) - (distance === 0 ? GAP * Math.sin(angle) : 0));
      const width = LETTER * point.text.length;
      const [left, right] = anchor === 'start' ? [x, x + width] : [x - width, x];
      const box = { left: left - 2, right: right + 2, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2 };
      const leader = distance > 20 ? { from: { x: point.x, y: point.y }, to: { x: fixed(x - side * 2), y } } : null;
      return { box, distance, label: { text: point.text, x, y, anchor, leader } };
    }),
  );
}

const overlaps = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const holds = (box: Box, { x, y }: Spot): boolean =>
  x > box.left - 4 && x < box.right + 4 && y > box.top - 4 && y < box.bottom + 4;

const fixed = (coordinate: number): number => Math.round(coordinate * 10) / 10;
