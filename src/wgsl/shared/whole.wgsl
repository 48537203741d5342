// The frame of kernels that make one result of all items: joined with `fn whole(first: u32)`, which goes through the items from
// `first` on in steps of SHARES, and adds up its part by `total`. A single invocation. Grid: one.
const SHARES = 1u;

@compute @workgroup_size(1)
fn main() {
  whole(0u);
}

fn total(part: vec2f, first: u32) -> vec2f {
  return part;
}
