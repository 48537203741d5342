// x out of a buffer in subgroups of four, which are quads: a lane reads four channels of every fourth of sixteen pixels, and the others
// get them by swaps, each one instruction of a CPU where a broadcast takes six. So what a lane adds up is of its own pixels and of its
// neighbours', in the order of the swaps. Joined with broadcast_product.wgsl, four_channels.wgsl
// and weight_quad.wgsl.
@group(0) @binding(1) var<storage, read> x: array<f32>;
const LANES = 4u;
const PIXELS = 16u;
const FEW = 4u;

fn load_weights(at: u32) -> Weights {
  return Weights(w_at(at), w_at(at + LANES), w_at(at + 2u * LANES), w_at(at + 3u * LANES));
}

fn load_x(at: u32) -> vec4f {
  return vec4f(vec4(x[at], x[at + 1u], x[at + 2u], x[at + 3u]));
}

struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

fn add_four(sums: Four, held: vec4f, weights: Weights) -> Four {
  return Four(
    multiply(sums.a, held, weights),
    multiply(sums.b, quadSwapX(held), weights),
    multiply(sums.c, quadSwapY(held), weights),
    multiply(sums.d, quadSwapDiagonal(held), weights),
  );
}

// What lanes hold of four pixels, in the order of the swaps.
fn of_four(held: u32) -> vec4u {
  return vec4u(held, quadSwapX(held), quadSwapY(held), quadSwapDiagonal(held));
}

// Four channels of a tap: how far they lie from the first of the first tap.
struct Tap { at: u32, channel: u32, column: u32 }

// One loop and not three, as a loop costs some drivers for CPUs a copy of all that it changes.
fn next(tap: Tap) -> Tap {
  let channel = tap.channel + 4u;
  let run_ends = channel >= params.run;
  let column = tap.column + u32(run_ends);
  let row_ends = column >= params.columns;
  let across = select(0u, params.tap_across - params.run, run_ends);
  let down = select(0u, params.tap_down - params.columns * params.tap_across, row_ends);
  return Tap(tap.at + 4u + across + down, select(channel, 0u, run_ends), select(column, 0u, row_ends));
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let lane = local.x;
  let i = linear_index(id, groups, 1u);
  if (i >= params.count) { return; }
  let work = work(i, id.z, PIXELS);
  let first = work.first;
  let p = pixel(first + lane);
  let q = pixel(first + lane + 4u);
  let r = pixel(first + lane + 8u);
  let s = pixel(first + lane + 12u);
  let reads = id.z * params.z_x
    + vec4u(address(params.x, p), address(params.x, q), address(params.x, r), address(params.x, s));
  var writes = vec4u(address(params.y, p), address(params.y, q), address(params.y, r), address(params.y, s));
  var adds = vec4u(residual_at(p), residual_at(q), residual_at(r), residual_at(s));

  var of_p = Four();
  var of_q = Four();
  var of_r = Four();
  var of_s = Four();
  var from_w = work.weights + lane;
  var tap = Tap();
  // Of a last tile that is all but empty no more is computed than there is: branches are no help here, loops that do not run are.
  let few = params.pixels - first <= FEW;
  let steps = params.w_rows / 4u;
  for (var step = select(0u, steps, few); step < steps; step++) {
    let weights = load_weights(from_w);
    let at = reads + tap.at;
    of_p = add_four(of_p, load_x(at.x), weights);
    of_q = add_four(of_q, load_x(at.y), weights);
    of_r = add_four(of_r, load_x(at.z), weights);
    of_s = add_four(of_s, load_x(at.w), weights);
    from_w += 4u * LANES;
    tap = next(tap);
  }
  for (var step = select(steps, 0u, few); step < steps; step++) {
    of_p = add_four(of_p, load_x(reads.x + tap.at), load_weights(from_w));
    from_w += 4u * LANES;
    tap = next(tap);
  }

  let k = (work.panel * LANES + lane) * 4u;
  let keep = kept(params.y, k);
  let bias = select(vec4f(0.0), load_bias(id.z * params.z_filter + k), params.has_bias == 1u);
  let z = id.z * params.z_y + k;
  for (var done = 0u; done < select(PIXELS, FEW, few); done += 4u) {
    let to = z + of_four(writes.x);
    let added = z + of_four(adds.x);
    if (k < params.y.written) {
      store(of_p.a + bias, to.x, added.x, keep);
      store(of_p.b + bias, to.y, added.y, keep);
      store(of_p.c + bias, to.z, added.z, keep);
      store(of_p.d + bias, to.w, added.w, keep);
    }
    of_p = of_q;
    of_q = of_r;
    of_r = of_s;
    writes = writes.yzwx;
    adds = adds.yzwx;
  }
}
