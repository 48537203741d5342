// Four channels, from c on, of two pixels or of one: as they are.
// 7x7 and 14x14 images leave no more in their last tile.
const FEW = 4u;
struct Pair { near: vec4f, far: vec4f }

fn load_pair(near: u32, far: u32, c: u32) -> Pair {
  return Pair(load_x(near), load_x(far));
}

fn load_one(near: u32, c: u32) -> vec4f {
  return load_x(near);
}
