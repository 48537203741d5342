// each.wgsl for kernels that make an item of many parts: joined with `fn gather(i: u32, first: u32)`, which goes through the parts
// from `first` on in steps of SHARES, and adds up its share by `total`.
const SHARES = 1u;

fn item(i: u32) {
  gather(i, 0u);
}

fn total(share: f32, first: u32) -> f32 {
  return share;
}
