// Four output channels a lane of LANES rows, which lie one behind the other in a texture. Joined with lanes_8.wgsl.
@group(0) @binding(2) var w: texture_2d<f32>;

fn load_weights(at: vec2u) -> Weights {
  return Weights(
    textureLoad(w, at, 0),
    textureLoad(w, at + vec2u(LANES, 0u), 0),
    textureLoad(w, at + vec2u(2u * LANES, 0u), 0),
    textureLoad(w, at + vec2u(3u * LANES, 0u), 0),
    textureLoad(w, at + vec2u(4u * LANES, 0u), 0),
    textureLoad(w, at + vec2u(5u * LANES, 0u), 0),
    textureLoad(w, at + vec2u(6u * LANES, 0u), 0),
    textureLoad(w, at + vec2u(7u * LANES, 0u), 0),
  );
}
