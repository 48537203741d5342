// each.wgsl for kernels that make an image in vectors: joined with `fn quad(at: Place) -> vec4f`, four channels of a pixel of y.
// y [N,H,W,C], in Params `y: Image`. An item is such a vector.
@group(0) @binding(2) var<storage, read_write> y: array<Quad>;

fn item(i: u32) {
  let at = place(params.y, i, 4u);
  y[address(params.y, at) / 4u] = Quad(select(vec4f(0.0), quad(at), kept(params.y, at.c)));
}
