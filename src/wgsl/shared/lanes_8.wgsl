// Subgroups of eight. subgroupBroadcast takes constant lanes only, hence these lines.
const LANES = 8u;

// Four output channels a lane of LANES rows.
struct Weights { l0: vec4f, l1: vec4f, l2: vec4f, l3: vec4f, l4: vec4f, l5: vec4f, l6: vec4f, l7: vec4f }

// Adds the products of what each lane holds of one pixel with that lane's row of weights.
fn multiply(sum: vec4f, held: f32, weights: Weights) -> vec4f {
  var s = fma(vec4f(subgroupBroadcast(held, 0u)), weights.l0, sum);
  s = fma(vec4f(subgroupBroadcast(held, 1u)), weights.l1, s);
  s = fma(vec4f(subgroupBroadcast(held, 2u)), weights.l2, s);
  s = fma(vec4f(subgroupBroadcast(held, 3u)), weights.l3, s);
  s = fma(vec4f(subgroupBroadcast(held, 4u)), weights.l4, s);
  s = fma(vec4f(subgroupBroadcast(held, 5u)), weights.l5, s);
  s = fma(vec4f(subgroupBroadcast(held, 6u)), weights.l6, s);
  return fma(vec4f(subgroupBroadcast(held, 7u)), weights.l7, s);
}

struct Tile { p0: u32, p1: u32, p2: u32, p3: u32, p4: u32, p5: u32, p6: u32, p7: u32 }

// What the lanes found out about one pixel each, for all of them. Narrower subgroups need `next`: lanes + LANES.
fn share(mine: u32, next: u32) -> Tile {
  return Tile(
    subgroupBroadcast(mine, 0u), subgroupBroadcast(mine, 1u), subgroupBroadcast(mine, 2u), subgroupBroadcast(mine, 3u),
    subgroupBroadcast(mine, 4u), subgroupBroadcast(mine, 5u), subgroupBroadcast(mine, 6u), subgroupBroadcast(mine, 7u),
  );
}
