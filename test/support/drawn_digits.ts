// A small data set that needs no download: digits drawn by convoke, in the files of MNIST.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawDigit } from '../../src/image/digits.ts';

const SIDE = 28;

/** `train` and `test` pictures of every digit, no two alike. */
export async function writeDrawnDigits(folder: string, train: number, test: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writePart(folder, 'train', train, 0);
  await writePart(folder, 't10k', test, train);
}

async function writePart(folder: string, name: string, each: number, firstSeed: number): Promise<void> {
  const count = 10 * each;
  const pictures = header(0x803, count, SIDE, SIDE);
  const labels = header(0x801, count);
  for (let i = 0; i < count; i++) {
    const { data } = drawDigit(i % 10, firstSeed + Math.floor(i / 10));
    pictures.push(Buffer.from(data.filter((_, at) => at % 3 === 0)));
    labels.push(Buffer.from([i % 10]));
  }
  await writeFile(join(folder, `${name}-images-idx3-ubyte`), Buffer.concat(pictures));
  await writeFile(join(folder, `${name}-labels-idx1-ubyte`), Buffer.concat(labels));
}

/** Magic number and sizes, each 32 bits, the highest first. */
function header(...numbers: readonly number[]): Buffer[] {
  return numbers.map((number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(number);
    return bytes;
  });
}
