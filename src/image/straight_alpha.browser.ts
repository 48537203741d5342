// Colours under transparency: a 2d canvas multiplies them with alpha and loses them, a WebGL texture keeps them.

import { ImageError } from '../runtime/errors.ts';

/** RGBA bytes of a bitmap made with `premultiplyAlpha: 'none'`, rows from the top. Throws ImageError where WebGL cannot serve. */
export function readStraight(bitmap: ImageBitmap, name: string): Uint8Array {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl)
    throw new ImageError(
      'unsupported_image',
      `${name}: has transparency, which this browser cannot read without WebGL`,
    );
  try {
    const limit: number = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    if (Math.max(width, height) > limit) {
      const size = `${width} x ${height}`;
      throw new ImageError(
        'unsupported_image',
        `${name}: has transparency, and ${size} is over WebGL's ${limit} pixels a side`,
      );
    }
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    const rgba = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, rgba);
    const error = gl.getError();
    if (error !== gl.NO_ERROR)
      throw new ImageError('broken_image', `${name}: WebGL could not read it back (error ${error})`);
    return rgba;
  } finally {
    gl.getExtension('WEBGL_lose_context')?.loseContext(); // browsers keep only a few contexts alive
  }
}
