// The few facts of a GIF that decoders do not pass on: its full extent and the colour hidden under transparency.

/** Facts of a GIF's canvas and first frame. */
export interface Gif {
  /** The canvas, widened where the first frame reaches beyond it. */
  readonly width: number;
  readonly height: number;
  /** What Pillow shows where the first frame is transparent or does not reach: a colour of its palette. */
  readonly hidden: readonly [red: number, green: number, blue: number];
}

/** Reads a GIF up to its first frame. Throws RangeError where the file ends before it. */
export function readGif(bytes: Uint8Array): Gif {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = view.getUint16(6, true);
  const height = view.getUint16(8, true);
  const flags = view.getUint8(10);
  const globalPalette = 13;
  let at = globalPalette + paletteBytes(flags);
  let transparent = 0;
  while (view.getUint8(at) === 0x21) {
    if (view.getUint8(at + 1) === 0xf9 && view.getUint8(at + 3) & 1) transparent = view.getUint8(at + 6);
    at += 2;
    while (view.getUint8(at) > 0) at += 1 + view.getUint8(at);
    at++;
  }
  if (view.getUint8(at) !== 0x2c) return { width, height, hidden: [0, 0, 0] }; // no frame: the decoder refuses it

  const frame = { left: at + 1, top: at + 3, width: at + 5, height: at + 7, flags: view.getUint8(at + 9) };
  const local = (frame.flags & 0x80) !== 0;
  const palette = local ? at + 10 : globalPalette;
  const colours = paletteBytes(local ? frame.flags : flags) / 3;
  const colour = palette + 3 * transparent;
  return {
    width: Math.max(width, view.getUint16(frame.left, true) + view.getUint16(frame.width, true)),
    height: Math.max(height, view.getUint16(frame.top, true) + view.getUint16(frame.height, true)),
    hidden:
      transparent < colours
        ? [view.getUint8(colour), view.getUint8(colour + 1), view.getUint8(colour + 2)]
        : [transparent, transparent, transparent], // without a palette Pillow takes the index for a grey level
  };
}

function paletteBytes(flags: number): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}
