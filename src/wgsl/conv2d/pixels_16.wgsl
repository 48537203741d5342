// Sixteen pixels of conv2d_texels.wgsl, four channels of x at a time: two for each lane. subgroupBroadcast takes constant lanes only,
// hence these lines.
const PIXELS = 16u;
const CHANNELS = 4u;
const FIRST_CHANNEL = 0u;

struct Sums {
  s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f, s4: vec4f, s5: vec4f, s6: vec4f, s7: vec4f,
  s8: vec4f, s9: vec4f, s10: vec4f, s11: vec4f, s12: vec4f, s13: vec4f, s14: vec4f, s15: vec4f,
}

fn add_channels(sums: Sums, from_near: u32, from_far: u32, from_w: vec2u, c: u32) -> Sums {
  let weights = load_weights(from_w);
  let x = load_pair(from_near, from_far, c);
  return Sums(
    multiply(sums.s0, subgroupBroadcast(x.near, 0u), weights),
    multiply(sums.s1, subgroupBroadcast(x.near, 1u), weights),
    multiply(sums.s2, subgroupBroadcast(x.near, 2u), weights),
    multiply(sums.s3, subgroupBroadcast(x.near, 3u), weights),
    multiply(sums.s4, subgroupBroadcast(x.near, 4u), weights),
    multiply(sums.s5, subgroupBroadcast(x.near, 5u), weights),
    multiply(sums.s6, subgroupBroadcast(x.near, 6u), weights),
    multiply(sums.s7, subgroupBroadcast(x.near, 7u), weights),
    multiply(sums.s8, subgroupBroadcast(x.far, 0u), weights),
    multiply(sums.s9, subgroupBroadcast(x.far, 1u), weights),
    multiply(sums.s10, subgroupBroadcast(x.far, 2u), weights),
    multiply(sums.s11, subgroupBroadcast(x.far, 3u), weights),
    multiply(sums.s12, subgroupBroadcast(x.far, 4u), weights),
    multiply(sums.s13, subgroupBroadcast(x.far, 5u), weights),
    multiply(sums.s14, subgroupBroadcast(x.far, 6u), weights),
    multiply(sums.s15, subgroupBroadcast(x.far, 7u), weights),
  );
}

// The first four alone.
fn add_few(sums: Sums, from_near: u32, from_w: vec2u, c: u32) -> Sums {
  let weights = load_weights(from_w);
  let near = load_one(from_near, c);
  var all = sums;
  all.s0 = multiply(sums.s0, subgroupBroadcast(near, 0u), weights);
  all.s1 = multiply(sums.s1, subgroupBroadcast(near, 1u), weights);
  all.s2 = multiply(sums.s2, subgroupBroadcast(near, 2u), weights);
  all.s3 = multiply(sums.s3, subgroupBroadcast(near, 3u), weights);
  return all;
}

struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

// Those of pixels i to i + 3.
fn four_from(sums: Sums, i: u32) -> Four {
  return Four(
    select(select(sums.s12, sums.s8, i == 8u), select(sums.s4, sums.s0, i == 0u), i < 8u),
    select(select(sums.s13, sums.s9, i == 8u), select(sums.s5, sums.s1, i == 0u), i < 8u),
    select(select(sums.s14, sums.s10, i == 8u), select(sums.s6, sums.s2, i == 0u), i < 8u),
    select(select(sums.s15, sums.s11, i == 8u), select(sums.s7, sums.s3, i == 0u), i < 8u),
  );
}

// What lanes hold for them.
fn held_by_four(near: u32, far: u32, i: u32) -> vec4u {
  let held = select(far, near, i < 8u);
  let lower = vec4u(subgroupBroadcast(held, 0u), subgroupBroadcast(held, 1u), subgroupBroadcast(held, 2u), subgroupBroadcast(held, 3u));
  let upper = vec4u(subgroupBroadcast(held, 4u), subgroupBroadcast(held, 5u), subgroupBroadcast(held, 6u), subgroupBroadcast(held, 7u));
  return select(lower, upper, i % 8u == 4u);
}
