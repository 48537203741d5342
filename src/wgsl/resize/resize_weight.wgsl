// How much a pixel counts for one of the resized image (resize.wgsl); Params have reach, cubic and a.

// Linear: 1 - |d|. Cubic: Keys' kernel with parameter a.
fn weight(num: i32, den: i32) -> f32 {
  if (abs(num) >= params.reach * den) { return 0.0; }
  let d = f32(abs(num)) / f32(den);
  if (params.cubic == 0u) { return 1.0 - d; }
  if (d < 1.0) { return ((params.a + 2.0) * d - (params.a + 3.0)) * d * d + 1.0; }
  return (((d - 5.0) * d + 8.0) * d - 4.0) * params.a;
}

// A pixel at or before the first that counts: division rounds towards zero, and what does not count weighs nothing.
fn first(o: u32, source: i32, size: i32, den: i32) -> i32 {
  return ((2 * i32(o) + 1) * source - size - params.reach * den) / (2 * size);
}
