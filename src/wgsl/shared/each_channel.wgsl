// each.wgsl for kernels that make an image float by float: joined with `fn channel(at: Place) -> f32`, a channel of a pixel of y.
// y [N,H,W,C], in Params `y: Image`. An item is such a float.
@group(0) @binding(2) var<storage, read_write> y: array<Scalar>;

fn item(i: u32) {
  let at = place(params.y, i, 1u);
  var value = 0.0;
  if (at.c < params.y.channels) { value = channel(at); }
  y[address(params.y, at)] = Scalar(value);
}
