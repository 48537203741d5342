// Pictures as PNG: a file, or text that a page holds.

import { files } from '#files';
import type { Pixels } from '../image/pixels.ts';

/** The file appears whole or not at all. Throws WeightsError 'missing_file' where it cannot be written. */
export async function writePng(file: string, pixels: Pixels): Promise<void> {
  const bytes = await png(pixels);
  await files.writeFile(
    file,
    (async function* () {
      yield bytes;
    })(),
  );
}

/** `data:image/png;base64,...`, made smaller where a side is longer than `most` pixels. */
export async function pngAddress(pixels: Pixels, most: number): Promise<string> {
  const bytes = await png(pixels, most);
  return `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
}

async function png({ width, height, data }: Pixels, most = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  let picture = sharp(data, { raw: { width, height, channels: 3 } });
  if (Math.max(width, height) > most) picture = picture.resize(most, most, { fit: 'inside' });
  const grey = data.every((level, i) => i % 3 === 0 || level === data[i - 1]);
  if (grey) picture = picture.toColourspace('b-w');
  return picture.png({ compressionLevel: 9 }).toBuffer();
}
