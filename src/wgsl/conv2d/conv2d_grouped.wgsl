// Convolution in vectors of four channels, in groups or in one. x [N,H,W,C] with its zeros around it, w [R,S,C/groups][K/4],
// y [N,P,Q,K]. Frame: each, an item being four pixels of a row, four output channels; pixels past the edge are thrown away.
// x is seen from the output: at a pixel lies the first tap of its kernel. Joined with weight_quad.wgsl.
struct Params {
  x: Image, y: Image, residual: Image, count: u32, across: u32, group: u32, w_quads: u32,
  rows: u32, columns: u32, run: u32, tap_down: u32, tap_across: u32, low: f32, high: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<Quad>;

fn store(sum: vec4f, at: Place) {
  if (at.w >= params.y.width) { return; }
  let value = activate(sum + load_bias(at.c) + load_residual(at));
  y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), value, kept(params.y, at.c)));
}

fn item(i: u32) {
  let quads = params.y.written / 4u;
  let quad = i % quads;
  let run = i / quads;
  let line = run / params.across;
  let at = Place(line / params.y.height, line % params.y.height, (run % params.across) * 4u, quad * 4u);
  let step = params.x.pixel / 4u;
  var row = address(params.x, Place(at.n, at.h, at.w, (at.c / params.group) * params.run)) / 4u;
  var weight = quad;
  var s0 = vec4f(0.0);
  var s1 = vec4f(0.0);
  var s2 = vec4f(0.0);
  var s3 = vec4f(0.0);
  for (var r = 0u; r < params.rows; r++) {
    var tap = row;
    for (var s = 0u; s < params.columns; s++) {
      for (var reads = tap; reads < tap + params.run / 4u; reads++) {
        let m = mat4x4f(
          w_at(weight),
          w_at(weight + params.w_quads),
          w_at(weight + 2u * params.w_quads),
          w_at(weight + 3u * params.w_quads),
        );
        s0 += m * vec4f(x[reads]);
        s1 += m * vec4f(x[reads + step]);
        s2 += m * vec4f(x[reads + 2u * step]);
        s3 += m * vec4f(x[reads + 3u * step]);
        weight += 4u * params.w_quads;
      }
      tap += params.tap_across / 4u;
    }
    row += params.tap_down / 4u;
  }
  store(s0, at);
  store(s1, beside(at, 1u));
  store(s2, beside(at, 2u));
  store(s3, beside(at, 3u));
}
