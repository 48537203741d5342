// Four channels, from c on, of two pixels: as they are.
struct Pair { near: vec4f, far: vec4f }

fn load_pair(near: u32, far: u32, c: u32) -> Pair {
  return Pair(load_x(near), load_x(far));
}
