// Four output channels a lane of LANES rows, which lie one behind the other in a buffer, one row of a texture that never ends. Joined
// with lanes_8.wgsl, and weight_quad.wgsl or weight_uniform.wgsl.
fn load_weights(at: vec2u) -> Weights {
  return Weights(
    w_at(at.x),
    w_at(at.x + LANES),
    w_at(at.x + 2u * LANES),
    w_at(at.x + 3u * LANES),
    w_at(at.x + 4u * LANES),
    w_at(at.x + 5u * LANES),
    w_at(at.x + 6u * LANES),
    w_at(at.x + 7u * LANES),
  );
}
