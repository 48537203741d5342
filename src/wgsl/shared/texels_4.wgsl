// Four output channels a lane of LANES rows, which lie one behind the other in a texture. Joined with lanes_4.wgsl.
fn load_weights(at: vec2u) -> Weights {
  return Weights(
    textureLoad(w, at, 0),
    textureLoad(w, at + vec2u(LANES, 0u), 0),
    textureLoad(w, at + vec2u(2u * LANES, 0u), 0),
    textureLoad(w, at + vec2u(3u * LANES, 0u), 0),
  );
}
