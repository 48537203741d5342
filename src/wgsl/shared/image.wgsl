// An image in memory, channels innermost, as a field of Params; all in floats. Of `written` channels those past `channels` are zero.
struct Image { offset: u32, image: u32, row: u32, pixel: u32, height: u32, width: u32, channels: u32, written: u32 }

// A channel c, or four from c on, of a pixel.
struct Place { n: u32, h: u32, w: u32, c: u32 }

fn address(image: Image, at: Place) -> u32 {
  return image.offset + at.n * image.image + at.h * image.row + at.w * image.pixel + at.c;
}

// The first channel of a pixel, pixels being counted through all images. No remainders: they are divisions, which CPUs do one by one.
fn pixel_place(image: Image, pixel: u32) -> Place {
  let row = pixel / image.width;
  let n = row / image.height;
  return Place(n, row - n * image.height, pixel - row * image.width, 0u);
}

// The same for runs of `step` channels, counted through all pixels.
fn place(image: Image, run: u32, step: u32) -> Place {
  let runs = image.written / step;
  let pixel = run / runs;
  var at = pixel_place(image, pixel);
  at.c = (run - pixel * runs) * step;
  return at;
}

// The pixel `pixels` further along the row.
fn beside(at: Place, pixels: u32) -> Place {
  return Place(at.n, at.h, at.w + pixels, at.c);
}

// Which of the four channels from c on are the image's.
fn kept(image: Image, c: u32) -> vec4<bool> {
  return vec4u(c, c + 1u, c + 2u, c + 3u) < vec4u(image.channels);
}
