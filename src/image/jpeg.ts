// Damage in a JPEG that decoders forgive once they have enough pixels, and Pillow does not.

/**
 * What is wrong with the markers of a JPEG between its start and its end, or null. libjpeg reads on to the end marker when
 * Pillow makes it finish, and fails on a marker it does not know or on a missing end; decoders that stop at the last row
 * show garbage in these cases, since an unknown marker inside a scan means that the scan was overwritten.
 */
export function jpegDamage(bytes: Uint8Array): string | null {
  for (let at = bytes.indexOf(0xff, 2); at >= 0; at = bytes.indexOf(0xff, at)) {
    while (bytes[at] === 0xff) at++;
    const marker = bytes[at++];
    if (marker === undefined) break;
    if (marker === END) return null;
    if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd7)) continue; // stuffing, TEM, restarts: no body
    if (!hasBody(marker)) return `unknown marker 0x${marker.toString(16)}`;
    if (at + 2 > bytes.length) break;
    at += (bytes[at]! << 8) | bytes[at + 1]!;
  }
  return 'truncated, the end marker is missing';
}

const END = 0xd9;

// Frames of the kinds in use, tables, scan headers, application data and comments.
function hasBody(marker: number): boolean {
  const frame = [0xc0, 0xc1, 0xc2, 0xc3, 0xc9, 0xca].includes(marker);
  const table = [0xc4, 0xcc, 0xdb, 0xdc, 0xdd].includes(marker);
  return frame || table || marker === 0xda || (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
}
