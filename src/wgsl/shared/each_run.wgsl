// each.wgsl for kernels that go along the pixels with four channels, so that what belongs to the channels is read once: joined with
// `fn run(i: u32, first: u32, pixels: u32, c: u32)`, run i being `pixels` of them from `first` on, counted through all images.
// In Params `quads: u32, pixels: u32, length: u32`. Runs of the same pixels follow each other.
fn item(i: u32) {
  let first = i / params.quads * params.length;
  run(i, first, min(params.length, params.pixels - first), 4u * (i % params.quads));
}

// Four channels from c on of a pixel, pixels being counted through all images.
fn run_place(image: Image, first: u32, c: u32) -> Place {
  var at = pixel_place(image, first);
  at.c = c;
  return at;
}

// The pixel after this one, found without a division.
fn following(image: Image, at: Place) -> Place {
  let row_ends = at.w + 1u == image.width;
  let image_ends = row_ends && at.h + 1u == image.height;
  let h = select(at.h + select(0u, 1u, row_ends), 0u, image_ends);
  return Place(at.n + select(0u, 1u, image_ends), h, select(at.w + 1u, 0u, row_ends), at.c);
}
