// What a loss knows of its targets, as a field of Params. A class gets `even` of the smoothing and `kept` of what is left; the right
// one of class numbers has both, `own`.
struct Targets { classes: u32, even: f32, kept: f32, own: f32, ignores: u32, ignored: f32, nan: u32, spare: u32 }
