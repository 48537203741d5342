// What convolutions fed by subgroup broadcasts share, whatever they read x from: one subgroup a workgroup, no barrier.
// x [N,H,W,C] with its zeros around it, w [panel][R,S,C][lane] as texels, y [N,P,Q,K]. One invocation: four channels of some pixels.
// Taps lie in `rows` x `columns`, each a run of channels; where few channels lie tight, a kernel's row is one run.
// x is seen from the output: at a pixel lies the first tap of its kernel. The products of z (channel groups, Winograd's points)
// are independent of each other; y is what one of them gives.
struct Params {
  x: Image, y: Image, residual: Image, count: u32, panels: u32, pixels: u32,
  rows: u32, columns: u32, run: u32, tap_down: u32, tap_across: u32, w_rows: u32, w_width: u32,
  z_x: u32, z_y: u32, z_filter: u32, has_bias: u32, has_residual: u32, low: f32, high: f32,
  d_down: u32, d_across: u32, d_low: f32, d_high: f32,  // of separable.wgsl alone
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;

// What workgroup i of product z makes: a panel of filters, of pixels from `first` on; where its weights begin.
struct Work { panel: u32, first: u32, weights: u32 }

fn work(i: u32, z: u32, pixels: u32) -> Work {
  let tile = i / params.panels;
  let panel = i - tile * params.panels;
  return Work(panel, tile * pixels, (z * params.panels + panel) * params.w_rows * LANES);
}

// Pixels past the last one repeat it: computed and written twice, to the same values.
fn pixel(i: u32) -> Place {
  return pixel_place(params.y, min(i, params.pixels - 1u));
}

// load_residual adds the offset itself.
fn residual_at(at: Place) -> u32 {
  return address(params.residual, at) - params.residual.offset;
}

fn store(sum: vec4f, at: u32, added: u32, keep: vec4<bool>) {
  y[at / 4u] = Quad(select(vec4f(0.0), activate(sum + load_residual(Place(0u, 0u, 0u, added))), keep));
}
