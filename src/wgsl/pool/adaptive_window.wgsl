// Adaptive pooling's window along one axis: pixels floor(o*size/count) up to, without, ceil((o+1)*size/count).
fn window(o: u32, size: u32, count: u32) -> vec2u {
  return vec2u(o * size, (o + 1u) * size + count - 1u) / count;
}
