// Four pixels of conv2d_texels.wgsl, eight channels of x at a time: the lanes of the upper half hold the next four channels.
const PIXELS = 4u;
const FEW = PIXELS;
const CHANNELS = 8u;
const FIRST_CHANNEL = 4u;

alias Sums = Four;
struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

fn add_channels(sums: Four, from_near: u32, from_far: u32, from_w: vec2u, c: u32) -> Four {
  let lower = load_weights(from_w);
  let upper = load_weights(from_w + vec2u(4u * LANES, 0u));
  let both = load_x(from_near);
  return Four(
    multiply(multiply(sums.a, subgroupBroadcast(both, 0u), lower), subgroupBroadcast(both, 4u), upper),
    multiply(multiply(sums.b, subgroupBroadcast(both, 1u), lower), subgroupBroadcast(both, 5u), upper),
    multiply(multiply(sums.c, subgroupBroadcast(both, 2u), lower), subgroupBroadcast(both, 6u), upper),
    multiply(multiply(sums.d, subgroupBroadcast(both, 3u), lower), subgroupBroadcast(both, 7u), upper),
  );
}

// Never called: a tile has no fewer.
fn add_few(sums: Four, from_near: u32, from_w: vec2u, c: u32) -> Four {
  return sums;
}

// All of them.
fn four_from(sums: Four, i: u32) -> Four {
  return sums;
}

// What lanes hold for them.
fn held_by_four(near: u32, far: u32, i: u32) -> vec4u {
  return vec4u(subgroupBroadcast(near, 0u), subgroupBroadcast(near, 1u), subgroupBroadcast(near, 2u), subgroupBroadcast(near, 3u));
}
