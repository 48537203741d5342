// each.wgsl for kernels that make a pixel as a whole: joined with `fn pixel(at: Place, first: u32)`, which goes through the vectors
// of a pixel from `first` on in steps of SHARES, and adds up its part by `total`. In Params `y: Image`. An item is a pixel.
const SHARES = 1u;

fn item(i: u32) {
  pixel(pixel_place(params.y, i), 0u);
}

fn total(part: vec4f, first: u32) -> f32 {
  return part.x + part.y + part.z + part.w;
}

fn largest(part: vec4f, first: u32) -> f32 {
  return max(max(part.x, part.y), max(part.z, part.w));
}
