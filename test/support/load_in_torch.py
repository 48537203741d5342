# Loads a safetensors file into torchvision's model of the same name, strictly, and runs it. Prints a JSON document.
#
#   load_in_torch.py MODEL FILE.safetensors INPUT.f32 SIZE [LEGACY.pth ZIP.pth]
#
# The package safetensors is not needed: the file is a length, a JSON header and the numbers.
import json
import struct
import sys

import torch
import torchvision

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}

model_name, path, input_path, size, *saved = sys.argv[1:]
data = open(path, "rb").read()
(length,) = struct.unpack("<Q", data[:8])
header = json.loads(data[8 : 8 + length])
metadata = header.pop("__metadata__", None)
state = {}
for name, entry in header.items():
    start, end = (8 + length + offset for offset in entry["data_offsets"])
    raw = bytearray(data[start:end])
    state[name] = torch.frombuffer(raw, dtype=DTYPES[entry["dtype"]]).reshape(entry["shape"])

build = getattr(torchvision.models, model_name)
heads = {"aux_logits": True, "init_weights": False} if model_name in ("googlenet", "inception_v3") else {}
model = build(**heads)
order = list(state) == list(model.state_dict())
model.load_state_dict(state)  # strict
model.eval()
torch.set_num_threads(1)
pixels = torch.frombuffer(bytearray(open(input_path, "rb").read()), dtype=torch.float32)
with torch.no_grad():
    logits = model(pixels.reshape(-1, 3, int(size), int(size)))
if saved:
    torch.save(model.state_dict(), saved[0], _use_new_zipfile_serialization=False)
    torch.save({"epoch": 1, "state_dict": torch.nn.DataParallel(model).state_dict()}, saved[1])
counter = next((int(value) for name, value in state.items() if name.endswith("num_batches_tracked")), None)
print(json.dumps({"metadata": metadata, "order": order, "counter": counter, "logits": logits.reshape(-1).tolist()}))
