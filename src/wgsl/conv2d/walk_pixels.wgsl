// The pixel behind another, without a division; the same one where there is none.
fn following(image: Image, at: Place, there: bool) -> Place {
  var next = Place(at.n, at.h, at.w + u32(there), at.c);
  if (next.w == image.width) {
    next.w = 0u;
    next.h++;
  }
  if (next.h == image.height) {
    next.h = 0u;
    next.n++;
  }
  return next;
}
